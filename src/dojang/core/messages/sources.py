"""What is said of the kinds of sources: tables, boxes, masks, texts and series."""

MESSAGES: dict[str, tuple[str, str]] = {
    "source.unreadable": ("{path}: {reason}", "{path}: {reason}"),
    "source.unreadable.fix": (
        "Replace the file, or leave it out.",
        "파일을 바꾸거나 빼세요.",
    ),
    "source.ambiguous": (
        "{path} could be of several kinds: {kinds}.",
        "{path:은/는} 여러 종류로 볼 수 있습니다: {kinds}.",
    ),
    "source.ambiguous.fix": (
        "Say which one it is: --set data.kind=ONE",
        "어느 것인지 정하세요: --set data.kind=종류",
    ),
    "source.not_this_kind": (
        "{path} is not laid out as data.kind={kind} wants.",
        "{path:은/는} data.kind={kind} 구조가 아닙니다.",
    ),
    "source.not_this_kind.fix": (
        "voc: Annotations/*.xml and JPEGImages/*; coco: annotations/*.json and images; masks: "
        "images/* and masks/* of the same names, or --set data.mask_pattern=masks/{{stem}}_mask.png",
        "voc: Annotations/*.xml과 JPEGImages/*, coco: annotations/*.json과 이미지, masks: 이름이 같은 "
        "images/*와 masks/*, 또는 --set data.mask_pattern=masks/{{stem}}_mask.png",
    ),
    "source.no_table": (
        "There is no CSV or Parquet table in {path}.",
        "{path}에 CSV나 Parquet 표가 없습니다.",
    ),
    "source.no_table.fix": ("Give the table itself.", "표 파일을 직접 지정하세요."),
    "source.many_tables": (
        "There are several tables in {path}: {names}.",
        "{path}에 표가 여러 개 있습니다: {names}.",
    ),
    "source.many_tables.fix": (
        "Give the one that names the images.",
        "이미지 목록이 있는 표를 지정하세요.",
    ),
    "source.wrong_task": (
        "{path} is data of another kind ({task}): Dojang trains classifiers of images so far.",
        "{path:은/는} 다른 종류({task})의 데이터입니다. Dojang은 아직 이미지 분류만 학습할 수 있습니다.",
    ),
    "source.wrong_task.fix": (
        "It can be audited, explored and split. To classify, give images with one class each.",
        "데이터 점검, 탐색, 분할은 할 수 있습니다. 분류하려면 이미지마다 클래스가 하나인 데이터를 주세요.",
    ),
    "source.task.multilabel": ("several labels an image", "다중 라벨"),
    "source.task.segment": ("images with masks", "세그멘테이션 마스크"),
    "source.task.detect": ("images with boxes", "객체 탐지 박스"),
    "source.task.text": ("texts", "텍스트"),
    "source.task.series": ("time series", "시계열"),
    "source.task.classify": ("classification", "분류"),
    "source.class_level": (
        "All images in {path} lie below one folder, {label}; the folders in it differ: {names}.",
        "{path}의 모든 이미지가 한 폴더({label}) 아래에 있고, 그 안의 폴더들이 다릅니다: {names}.",
    ),
    "source.class_level.fix": (
        "If those are the classes: --set data.class_level=last (or joined)",
        "그 폴더들이 클래스라면: --set data.class_level=last (또는 joined)",
    ),
    "source.empty_rows": (
        "There is no usable row in {path}.",
        "{path}에 쓸 수 있는 행이 없습니다.",
    ),
    "source.empty_rows.fix": (
        "The first row names the columns; every further row is a sample.",
        "첫 행은 열 이름이고, 그 아래 각 행이 샘플 하나입니다.",
    ),
    # Tables
    "source.long_rows": (
        "The table {path} cannot be read: {count} rows have more cells than the header.",
        "표 {path:을/를} 읽을 수 없습니다. {count}개 행에 열 이름보다 많은 칸이 있습니다.",
    ),
    "source.long_rows.fix": (
        "Put cells with a separator in them between quotes, or save the table again as CSV.",
        "구분 문자가 든 칸은 따옴표로 감싸거나, 표를 CSV로 다시 저장하세요.",
    ),
    "source.row_long": (
        "line {row}: {cells} cells for {columns} columns",
        "{row}번째 줄: 열은 {columns}개인데 칸이 {cells}개",
    ),
    "source.row_separator": (
        "row {row}: one cell only, with another separator in it: {cell}",
        "{row}행: 다른 구분 문자로 나뉘어 한 칸이 됨: {cell}",
    ),
    "source.row_no_label": ("row {row}: no label", "{row}행: 라벨이 없음"),
    "source.row_no_text": ("row {row}: no text", "{row}행: 텍스트가 비어 있음"),
    "source.row_no_id": ("row {row}: no id", "{row}행: ID가 비어 있음"),
    "source.row_id_twice": (
        "row {row}: the id {id} stands in an earlier row",
        "{row}행: ID {id:이/가} 앞 행에 이미 있음",
    ),
    "source.row_number": (
        "row {row}: the target {cell} is no number",
        "{row}행: 목표 값 {cell:은/는} 수가 아님",
    ),
    "source.row_flag": (
        "row {row}: {column} is {cell}, neither 0 nor 1",
        "{row}행: {column} 값 {cell:은/는} 0도 1도 아님",
    ),
    "source.row_time": (
        "row {row}: {time} is no date, or not of the form of the others",
        "{row}행: {time:은/는} 날짜가 아니거나 다른 행과 형식이 다름",
    ),
    "source.day_or_month": (
        "The dates of {path} do not tell day from month: {time}",
        "{path}의 날짜는 일과 월을 구별할 수 없습니다: {time}",
    ),
    "source.day_or_month.fix": (
        "Say which comes first: --set data.time_format=%d/%m/%Y or %m/%d/%Y",
        "어느 쪽이 먼저인지 정하세요: --set data.time_format=%d/%m/%Y 또는 %m/%d/%Y",
    ),
    "source.no_labels": (
        "neither columns of 0 and 1 (data.label_cols) nor a column of labels with a separator "
        "(data.label_separator)",
        "0/1 열(data.label_cols)도, 구분 문자로 나뉜 라벨 열(data.label_separator)도 없습니다",
    ),
    "source.ids_twice": (
        "{count} ids stand in more than one table of {path}: {names}",
        "{path}에서 ID {count}개가 여러 표에 있습니다: {names}",
    ),
    "source.ids_twice.fix": (
        "Make them differ, or leave out data.id_col.",
        "서로 다르게 고치거나 data.id_col을 빼세요.",
    ),
    "source.too_many_columns": (
        "further column, beyond the 64 that are kept",
        "추가 열은 64개까지만 보관하므로 제외됨",
    ),
    "data.column_unknown_text": (
        "no column looks like a text (text, document, review …): --set data.text_col=NAME",
        "텍스트로 보이는 열이 없습니다 (text, document, 리뷰 …): --set data.text_col=이름",
    ),
    "data.column_unknown_time": (
        "no column looks like a date (date, time, timestamp …): --set data.time_col=NAME",
        "날짜로 보이는 열이 없습니다 (date, time, 일시 …): --set data.time_col=이름",
    ),
    # Boxes
    "box.broken": ("box with a corner that is no number", "좌표가 수가 아닌 박스"),
    "box.no_class": ("box without a known class", "클래스를 알 수 없는 박스"),
    "box.no_area": ("box without an area", "넓이가 없는 박스"),
    "box.outside": ("box that leaves the image", "이미지 밖으로 나간 박스"),
    "source.not_annotated": ("image without annotation", "주석이 없는 이미지"),
    "source.broken_annotation": ("annotation that cannot be read", "읽을 수 없는 주석"),
    "source.no_image": ("annotation without an image", "이미지가 없는 주석"),
    "source.many_images": ("several images of this name", "이름이 같은 이미지가 여러 개 있음"),
    "source.broken_coco": (
        "{path} cannot be read as COCO: {reason}",
        "{path:을/를} COCO로 읽을 수 없습니다: {reason}",
    ),
    "source.broken_coco.fix": (
        "It needs the lists images, annotations and categories. Not COCO? --set data.kind=folder",
        "images, annotations, categories 목록이 있어야 합니다. COCO가 아니라면: --set data.kind=folder",
    ),
    "source.parts_overlap": (
        "Some images of {path} are listed in two parts:",
        "{path}의 일부 이미지가 두 파트에 들어 있습니다:",
    ),
    "source.parts_overlap.fix": (
        "Keep each image in one list.",
        "이미지마다 한 목록에만 남기세요.",
    ),
    "source.two_parts": ("{name}: {first} and {second}", "{name}: {first}, {second}"),
    "source.in_two_files": ("{name}: again in {file}", "{name}: {file}에 또 있음"),
    # Masks
    "source.no_mask": ("image without a mask", "마스크가 없는 이미지"),
    "source.mask_alone": ("mask without an image", "이미지가 없는 마스크"),
    "source.mask_size": ("mask of another size than its image", "이미지와 크기가 다른 마스크"),
    "source.mask_unreadable": ("its mask cannot be read", "마스크를 읽을 수 없음"),
}
