"""What is said when something is wrong; ``….fix`` tells how to mend it."""

MESSAGES: dict[str, tuple[str, str]] = {
    "error.more": ("… and {count} more", "… 그 밖에 {count}개"),
    "error.did_you_mean": ("Did you mean {names}?", "혹시 {names}인가요?"),
    "registry.unknown": (
        "There is no {kind} named {name}.{hint}",
        "이름이 {name}인 {kind:이/가} 없습니다.{hint}",
    ),
    "registry.unknown.fix": ("Known: {known}", "쓸 수 있는 이름: {known}"),
    # Disk
    "storage.denied": (
        "{path} may not be written: permission denied.",
        "{path}에 쓸 권한이 없습니다.",
    ),
    "storage.denied.fix": (
        "Choose another place with --run or --out.",
        "--run 또는 --out으로 다른 곳을 지정하세요.",
    ),
    "storage.not_a_folder": (
        "{path} is a file, so nothing can be put below it.",
        "{path:은/는} 파일이라서 그 아래에 아무것도 만들 수 없습니다.",
    ),
    "storage.not_a_folder.fix": (
        "Choose another place with --run or --out.",
        "--run 또는 --out으로 다른 곳을 지정하세요.",
    ),
    "storage.failed": (
        "{path} cannot be written: {reason}.",
        "{path}에 쓸 수 없습니다: {reason}.",
    ),
    "storage.failed.fix": (
        "Free some space, or choose another place with --run or --out.",
        "공간을 비우거나 --run 또는 --out으로 다른 곳을 지정하세요.",
    ),
    "storage.no_space": (
        "{path} cannot be written: {reason}. Needed {needed}, free {free}.",
        "{path}에 쓸 수 없습니다: {reason}. 필요한 공간 {needed}, 남은 공간 {free}.",
    ),
    "storage.no_space.fix": (
        "Free some space and try again; the files written before are whole.",
        "공간을 비우고 다시 실행하세요. 먼저 쓴 파일은 온전합니다.",
    ),
    # Data
    "data.no_source": (
        "The recipe does not say where the images are (data.source).",
        "레시피에 이미지가 있는 곳(data.source)이 없습니다.",
    ),
    "data.no_source.fix": (
        "Add it: --set data.source=photos/",
        "추가하세요: --set data.source=photos/",
    ),
    "data.missing": ("There is nothing at {path}.", "{path}에 아무것도 없습니다."),
    "data.missing.fix": (
        "Check the spelling, and the folder from which you run the command.",
        "철자와, 명령을 실행하는 폴더를 확인하세요.",
    ),
    "data.unknown_kind": (
        "{path} is neither a folder, a zip or tar archive, nor a CSV or Parquet table.",
        "{path:은/는} 폴더, zip·tar 압축 파일, CSV·Parquet 표 중 어느 것도 아닙니다.",
    ),
    "data.unknown_kind.fix": (
        "Give a folder with one sub-folder per class, or a table with the columns path and label.",
        "클래스마다 하위 폴더가 있는 폴더나, path와 label 열이 있는 표를 주세요.",
    ),
    "data.broken_archive": (
        "The archive {path} cannot be read: {reason}",
        "압축 파일 {path:을/를} 읽을 수 없습니다: {reason}",
    ),
    "data.broken_archive.fix": (
        "Make or download the archive again; unpack it once to see whether it is whole.",
        "압축 파일을 다시 만들거나 내려받으세요. 온전한지는 한번 풀어 보면 알 수 있습니다.",
    ),
    "data.broken_table": (
        "The table {path} cannot be read: {reason}",
        "표 {path:을/를} 읽을 수 없습니다: {reason}",
    ),
    "data.broken_table.fix": (
        "Save it again as CSV in UTF-8: one header row, then one row an image.",
        "UTF-8 CSV로 다시 저장하세요. 첫 행은 열 이름, 그 아래는 이미지마다 한 행입니다.",
    ),
    "data.table_to_predict": (
        "{path} is a table; here the images themselves are wanted.",
        "{path:은/는} 표입니다. 여기에는 이미지가 필요합니다.",
    ),
    "data.table_to_predict.fix": (
        "Give an image, a folder or an archive.",
        "이미지, 폴더 또는 압축 파일을 주세요.",
    ),
    "data.empty": (
        "There is no usable image in {path}.",
        "{path}에 쓸 수 있는 이미지가 없습니다.",
    ),
    "data.empty.fix": (
        "Images belong into one sub-folder per class, such as photos/cat/1.jpg.",
        "이미지는 photos/고양이/1.jpg처럼 클래스마다 하나의 하위 폴더에 있어야 합니다.",
    ),
    "data.one_class": (
        "All images in {path} are of one class, {label}; a classifier needs at least two.",
        "{path}의 모든 이미지가 한 클래스({label})입니다. 분류기에는 클래스가 둘 이상 필요합니다.",
    ),
    "data.one_class.fix": (
        "Each class needs a folder of its own.",
        "클래스마다 폴더를 따로 만드세요.",
    ),
    "data.small_classes": (
        "Some classes in {path} have too few images to learn from:",
        "{path}에는 학습하기에 이미지가 너무 적은 클래스가 있습니다:",
    ),
    "data.small_classes.fix": (
        "Add images to these classes, or take them out of the data.",
        "이 클래스에 이미지를 더하거나 데이터에서 빼세요.",
    ),
    "data.class_of_one": (
        "{label} has a single image to learn from",
        "{label}: 학습에 쓸 이미지가 하나뿐입니다",
    ),
    "data.class_not_in_train": (
        "{label} has no image in the training part",
        "{label}: 학습 파트에 이미지가 없습니다",
    ),
    "data.bad_columns": (
        "The table {path} lacks a column. It has: {columns}",
        "표 {path}에 필요한 열이 없습니다. 있는 열: {columns}",
    ),
    "data.bad_columns.fix": (
        "Name the columns with --path-col, --label-col and --group-col.",
        "--path-col, --label-col, --group-col로 열 이름을 알려 주세요.",
    ),
    "data.column_missing": (
        "there is no column {column}.{hint}",
        "{column} 열이 없습니다.{hint}",
    ),
    "data.column_unknown_path": (
        "no column looks like the path of an image (path, file, image …)",
        "이미지 경로로 보이는 열이 없습니다 (path, file, image …)",
    ),
    "data.column_unknown_label": (
        "no column looks like the class of an image (label, class, target …)",
        "이미지의 클래스로 보이는 열이 없습니다 (label, class, target …)",
    ),
    "data.bad_rows": (
        "{count} rows of {path} cannot be used:",
        "{path}의 {count}개 행을 쓸 수 없습니다:",
    ),
    "data.bad_rows.fix": (
        "Correct or remove these rows. Paths are relative to the folder of the table.",
        "이 행들을 고치거나 지우세요. 경로는 표가 있는 폴더를 기준으로 합니다.",
    ),
    "data.row_no_path": ("row {row}: no path", "{row}행: 경로가 비어 있음"),
    "data.row_no_label": ("row {row}: {name} has no label", "{row}행: {name}에 라벨이 없음"),
    "data.row_twice": (
        "row {row}: {name} stands in row {first} already",
        "{row}행: {name:은/는} {first}행에 이미 있음",
    ),
    "data.row_outside": (
        "row {row}: {name} leaves the folder of the table",
        "{row}행: {name:이/가} 표의 폴더를 벗어남",
    ),
    "data.row_missing": ("row {row}: there is no file {name}", "{row}행: {name} 파일이 없음"),
    "data.row_no_part": (
        "row {row}: {part} is not a part; parts are train, valid and test",
        "{row}행: {part:은/는} 파트가 아님 (train, valid, test 중 하나여야 함)",
    ),
    "data.refused": ("{name}: {reason}", "{name}: {reason}"),
    "data.changed": (
        "Files could be read when the data were collected, and no longer:",
        "데이터를 모을 때는 읽혔지만 지금은 읽을 수 없는 파일이 있습니다:",
    ),
    "data.changed.fix": (
        "Put them back, or start a new run.",
        "파일을 되돌려 놓거나 새로 실행하세요.",
    ),
    "data.not_the_same": (
        "The data at {path} are not those of the run: {what}.",
        "{path}의 데이터가 이 실행에서 쓴 것과 다릅니다: {what}.",
    ),
    "data.not_the_same.fix": (
        "Point to the same data, or start a new run.",
        "같은 데이터를 지정하거나 새로 실행하세요.",
    ),
    # Why a file is set aside
    "source.no_class": ("in no class folder", "클래스 폴더 밖에 있음"),
    "source.outside_parts": (
        "beside the train, valid and test folders",
        "train, valid, test 폴더 밖에 있음",
    ),
    "source.linked_folder": (
        "link to a folder that leads in a circle",
        "자기 위 폴더로 되돌아가는 링크",
    ),
    # Models and weights
    "model.unknown": (
        "There is no model named {name}.{hint}",
        "이름이 {name}인 모델이 없습니다.{hint}",
    ),
    "model.unknown.fix": (
        "`dojang models PART` lists names, for example: dojang models resnet",
        "이름은 `dojang models 일부`로 찾을 수 있습니다. 예: dojang models resnet",
    ),
    "model.size_unfit": (
        "{name} cannot take images of {size}×{size}: {reason}",
        "{name:은/는} {size}×{size} 이미지를 받을 수 없습니다: {reason}",
    ),
    "model.size_unfit.fix": (
        "Set another size, for example: --set model.size=224",
        "다른 크기를 지정하세요. 예: --set model.size=224",
    ),
    "model.no_features": (
        "{name} does not give one vector an image, so it cannot classify.",
        "{name:은/는} 이미지마다 벡터 하나를 내지 않아 분류에 쓸 수 없습니다.",
    ),
    "weights.missing": ("There is no weights file {path}.", "가중치 파일 {path:이/가} 없습니다."),
    "weights.broken": (
        "The weights file {path} cannot be read: {reason}",
        "가중치 파일 {path:을/를} 읽을 수 없습니다: {reason}",
    ),
    "weights.unsafe": (
        "The weights file {path} is refused, since reading it could run code: {reason}",
        "가중치 파일 {path:은/는} 읽는 중에 코드가 실행될 수 있어 거부했습니다: {reason}",
    ),
    "weights.unsafe.fix": (
        "Ask for the file in .safetensors format.",
        ".safetensors 형식의 파일을 구하세요.",
    ),
    "weights.mismatch": (
        "{weights} does not fit the model {name}:",
        "{weights:이/가} 모델 {name:과/와} 맞지 않습니다:",
    ),
    "weights.mismatch.fix": ("{remedy}", "{remedy}"),
    "weights.lacks": ("{layer} is not in the file", "{layer:이/가} 파일에 없음"),
    "weights.shape": (
        "{layer} has shape {have}, the model wants {want}",
        "{layer}의 모양이 {have}인데 모델은 {want}여야 함",
    ),
    "weights.no_hub": (
        "There are no published weights of {name}.",
        "{name}의 공개된 가중치는 없습니다.",
    ),
    "weights.no_hub.fix": (
        "Start from scratch (model.weights=null), or give a file: --weights FILE.safetensors",
        "처음부터 학습하거나(model.weights=null) 파일을 주세요: --weights 파일.safetensors",
    ),
    "weights.none_published": (
        "The hub has no weights for {name}.",
        "허브에 {name}의 가중치가 없습니다.",
    ),
    "weights.none_published.fix": (
        "Choose another model, or give a file: --weights FILE.safetensors",
        "다른 모델을 고르거나 파일을 주세요: --weights 파일.safetensors",
    ),
    "weights.hub_failed": (
        "The published weights of {name} cannot be fetched, probably because there is no network: "
        "{reason}",
        "{name}의 공개된 가중치를 받을 수 없습니다. 인터넷에 연결되지 않은 것 같습니다: {reason}",
    ),
    "weights.no_answer": ("{host} does not answer", "{host}에 연결되지 않음"),
    "weights.hub_failed.fix": (
        "Fetch the file on a machine with a network and give it here: --weights FILE.safetensors",
        "인터넷이 되는 컴퓨터에서 파일을 받아 여기에 주세요: --weights 파일.safetensors",
    ),
    "precision.fp16_on_cpu": (
        "train.precision=fp16 needs a GPU.",
        "train.precision=fp16에는 GPU가 필요합니다.",
    ),
    "precision.fp16_on_cpu.fix": (
        "Use auto, bf16 or fp32.",
        "auto, bf16, fp32 중에서 고르세요.",
    ),
    # Runs
    "run.exists": (
        "{path} exists already; a run is never overwritten.",
        "{path:이/가} 이미 있습니다. 실행 결과는 덮어쓰지 않습니다.",
    ),
    "run.exists.fix": (
        "Choose another name with --run, or go on with: dojang resume {path}",
        "--run으로 다른 이름을 고르거나, 이어서 하려면: dojang resume {path}",
    ),
    "run.missing": ("There is no run at {path}.", "{path}에 실행 결과가 없습니다."),
    "run.missing.fix": ("`dojang runs` lists them.", "`dojang runs`로 목록을 볼 수 있습니다."),
    "run.not_one": (
        "{path} is not a run folder: it has no readable run.json.",
        "{path:은/는} 실행 폴더가 아닙니다. 읽을 수 있는 run.json이 없습니다.",
    ),
    "run.not_one.fix": (
        "Give a folder that `dojang train` made, such as runs/photos-convnet-1.",
        "runs/photos-convnet-1처럼 `dojang train`이 만든 폴더를 주세요.",
    ),
    "run.newer": (
        "{path} was written by a newer Dojang (format {version}; this one reads up to {known}).",
        "{path:은/는} 더 새로운 Dojang이 만들었습니다 (형식 {version}, 여기서는 {known}까지 읽음).",
    ),
    "run.newer.fix": ("Upgrade: pip install -U dojang", "업그레이드하세요: pip install -U dojang"),
    "run.broken": ("{path} is broken: {reason}", "{path:이/가} 손상되었습니다: {reason}"),
    "run.file_missing": ("The run lacks {path}.", "실행 폴더에 {path:이/가} 없습니다."),
    "run.no_weights": (
        "{path} has no weights yet: its training did not finish an epoch.",
        "{path}에는 아직 가중치가 없습니다. 한 에폭도 끝나지 않았습니다.",
    ),
    "run.no_weights.fix": (
        "Go on with: dojang resume {path}",
        "이어서 하려면: dojang resume {path}",
    ),
    "run.not_finished": (
        "{path} is not finished, so its test part stays sealed.",
        "{path:은/는} 아직 끝나지 않아 테스트 파트를 열지 않습니다.",
    ),
    "run.not_finished.fix": (
        "Finish it first: dojang resume {path}",
        "먼저 끝내세요: dojang resume {path}",
    ),
    "run.finished": (
        "{path} is finished; there is nothing to resume.",
        "{path:은/는} 이미 끝났습니다. 이어서 할 것이 없습니다.",
    ),
    # Evaluation and prediction
    "evaluate.no_test": (
        "The data of {path} have no test part.",
        "{path}의 데이터에는 테스트 파트가 없습니다.",
    ),
    "evaluate.no_test.fix": (
        "Train with one: --set split.kind=holdout",
        "테스트 파트를 만들어 학습하세요: --set split.kind=holdout",
    ),
    "evaluate.no_labels": (
        "Some samples of the part {part} have no label, so they cannot be scored.",
        "{part} 파트에 라벨이 없는 샘플이 있어 점수를 낼 수 없습니다.",
    ),
    "like.no_id": (
        "{path} has no column whose values are the images (ids or file names).",
        "{path}에 이미지(ID나 파일 이름)를 가리키는 열이 없습니다.",
    ),
    "like.no_id.fix": (
        "Its first column should name the images that you predict.",
        "첫 번째 열이 예측할 이미지의 이름이어야 합니다.",
    ),
    "like.mismatch": (
        "The images do not match the ids of {path}:",
        "이미지가 {path}의 ID와 맞지 않습니다:",
    ),
    "like.mismatch.fix": (
        "Predict exactly the images that the sample submission lists.",
        "샘플 제출 파일에 있는 이미지만 빠짐없이 예측하세요.",
    ),
    "like.id_missing": ("row {row}: no image for {id}", "{row}행: {id}에 해당하는 이미지가 없음"),
    "like.id_twice": ("row {row}: {id} is repeated", "{row}행: {id:이/가} 반복됨"),
    "like.ambiguous": (
        "row {row}: several images could be {id}: {names}",
        "{row}행: {id:이/가} 여러 이미지일 수 있음: {names}",
    ),
    "like.unreadable": ("row {row}: {id} is refused: {reason}", "{row}행: {id} 거부됨: {reason}"),
    "like.columns": (
        "{path} has columns that are neither the id, the label nor classes of the model: {names}",
        "{path}에 ID, 라벨, 모델의 클래스가 아닌 열이 있습니다: {names}",
    ),
    "like.columns.fix": (
        "It should have two columns (id, label), or the id and one column for each class.",
        "열이 둘(ID, 라벨)이거나, ID와 클래스별 열이 있어야 합니다.",
    ),
    "out.exists": ("{path} exists already.", "{path:이/가} 이미 있습니다."),
    "out.exists.fix": (
        "Choose another --out, or remove it first.",
        "다른 --out을 고르거나 먼저 지우세요.",
    ),
}
