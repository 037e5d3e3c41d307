"""The split: what it proves of itself, what it notes, and what cannot be split."""

MESSAGES: dict[str, tuple[str, str]] = {
    # What the split proves of itself
    "split.proved.complete": (
        "each of the {samples} images has a part",
        "이미지 {samples}장 모두에 파트가 있음",
    ),
    "split.proved.disjoint": (
        "none of the {samples} images is in two parts",
        "이미지 {samples}장 중 두 파트에 있는 것이 없음",
    ),
    "split.proved.copies": (
        "no copy of a file is in another part or fold ({count} files have copies)",
        "같은 파일의 사본이 다른 파트나 폴드에 없음 (사본이 있는 파일 {count}개)",
    ),
    "split.proved.groups": (
        "no group is in two parts or folds ({count} groups of several images)",
        "두 파트나 폴드에 걸친 그룹이 없음 (이미지가 여러 장인 그룹 {count}개)",
    ),
    "split.proved.clusters": (
        "no near-duplicates are in two parts or folds ({count} clusters)",
        "유사 중복 이미지가 두 파트나 폴드에 걸치지 않음 (클러스터 {count}개)",
    ),
    "split.proved.shares": (
        "{checked} shares of a class in a part are within their bounds; nearest to its bound: {label} in "
        "{part}, {found} images where {expected} ± {bound} are allowed",
        "파트별 클래스 비율 {checked}개가 모두 허용 범위 안에 있음. 한계에 가장 가까운 것: {part}의 {label}, "
        "{found}장 (허용 {expected} ± {bound}장)",
    ),
    "split.proved.sealed": (
        "none of the {sealed} images that {name} had sealed for the test is learnt from",
        "{name}에서 테스트용으로 봉인한 이미지 {sealed}장은 학습에 쓰지 않음",
    ),
    "split.proved.kept": (
        "the {known} images that {name} knew are in the parts where they were",
        "{name}에 있던 이미지 {known}장이 원래 파트에 그대로 있음",
    ),
    "split.proved.time": (
        "each part ends before the next begins, and equal times are in one part: {parts}; newest training "
        "image: {newest}",
        "각 파트가 다음 파트보다 먼저 끝나고, 같은 시각은 한 파트에만 있음: {parts}. 가장 최근 학습 이미지: {newest}",
    ),
    "split.proved.out_of_bag": (
        "each of the {models} models is judged by images that it did not draw: {low} to {high} % of them",
        "모델 {models}개 모두 뽑히지 않은(out-of-bag) 이미지로만 검증: {low}~{high}%",
    ),
    # The same in runs that were written before the texts had numbers
    "split.proof.complete": ("every sample is in one part", "모든 샘플이 한 파트에 있음"),
    "split.proof.disjoint": ("no sample is in two parts", "두 파트에 있는 샘플이 없음"),
    "split.proof.copies": (
        "no copy of a file is in another part",
        "같은 파일의 사본이 다른 파트에 없음",
    ),
    "split.proof.groups": (
        "no group is in two parts",
        "두 파트에 걸친 그룹이 없음",
    ),
    # What could not be had as asked
    "split.note.copies": (
        "{count} of {of} files with copies have them in several of the parts that came with the data",
        "사본이 있는 파일 {of}개 중 {count}개가 데이터에 정해져 있던 여러 파트에 걸쳐 있음",
    ),
    "split.note.groups": (
        "{count} of {of} groups are in several of the parts that came with the data",
        "그룹 {of}개 중 {count}개가 데이터에 정해져 있던 여러 파트에 걸쳐 있음",
    ),
    "split.note.clusters": (
        "{count} of {of} clusters of near-duplicates are in several of the parts that came with the data",
        "유사 중복 클러스터 {of}개 중 {count}개가 데이터에 정해져 있던 여러 파트에 걸쳐 있음",
    ),
    "split.note.too_big": (
        "{unit} has {size} images that must stay together: too many for the {part} part, so all are in training",
        "{unit}: 함께 있어야 하는 이미지가 {size}장으로 {part} 파트에 비해 너무 많아 모두 학습 파트에 둠",
    ),
    "split.note.bound": (
        "{label} in {part}: {found} images, where {expected} ± {bound} were wanted; what must stay together "
        "allows no better",
        "{part}의 {label}: {found}장 (목표 {expected} ± {bound}장). 함께 있어야 하는 이미지 때문에 더 맞출 수 없음",
    ),
    "split.note.size": (
        "{part} has {found} images where {expected} were asked for: in small data, chance weighs much; "
        "--set split.stratify=exact comes nearer, but moves images when data are added",
        "{part}: {expected}장을 요청했으나 {found}장. 데이터가 적으면 우연의 영향이 큼. --set split.stratify=exact를 쓰면 더 "
        "가깝지만, 데이터를 더할 때 이미지가 파트를 옮길 수 있음",
    ),
    "split.note.bounds": (
        "in all, {count} of {checked} shares of a class in a part are out of their bounds",
        "파트별 클래스 비율 {checked}개 중 모두 {count}개가 허용 범위를 벗어남",
    ),
    "split.note.torn": (
        "new images tie together what {name} had in different places ({units} times); {moved} of its {known} "
        "images moved, each to the part that learns least: test before validation before training",
        "새 이미지 때문에 {name}에서 서로 다른 곳에 있던 이미지가 하나로 묶임({units}건). 이미지 {known}장 중 {moved}장을 "
        "테스트, 검증, 학습 순으로 우선해 옮김",
    ),
    "split.note.time": (
        "the parts overlap in time, since known images stay where they were: {parts}; newest training image: "
        "{newest}",
        "기존 이미지를 원래 파트에 두어 파트의 시간이 겹침: {parts}. 가장 최근 학습 이미지: {newest}",
    ),
    "split.note.never_out": (
        "{count} of {of} images are drawn by every model, so nothing is predicted for them out of bag; more "
        "models (split.folds) leave fewer",
        "이미지 {of}장 중 {count}장은 모든 모델에 뽑혀 out-of-bag 예측이 없음. 모델 수(split.folds)를 늘리면 줄어듦",
    ),
    "split.note.class_missing": (
        "{count} classes have no image in the {part} part: {labels}",
        "{part} 파트에 이미지가 없는 클래스 {count}개: {labels}",
    ),
    "progress.split_note": ("  note: {note}", "  참고: {note}"),
    "progress.split_bootstrap": (
        "Split: {cv} images for {folds} bootstrap models, {test} test (sealed)",
        "분할: {cv}장에서 부트스트랩 모델 {folds}개, 테스트 {test}장(봉인)",
    ),
    # What cannot be split
    "split.none_given": (
        "split.kind is given, but the data come without train, valid and test parts.",
        "split.kind가 given인데 데이터에 train, valid, test 파트가 없습니다.",
    ),
    "split.none_given.fix": (
        "Use --set split.kind=holdout, or sort the images into these folders.",
        "--set split.kind=holdout을 쓰거나 이미지를 그 폴더들로 나누세요.",
    ),
    "split.some_given": (
        "{count} images have no part (train, valid or test), but others do:",
        "다른 이미지에는 파트(train, valid, test)가 있는데 {count}장에는 없습니다:",
    ),
    "split.some_given.fix": (
        "Give every image a part, or use --set split.kind=holdout to set the given parts aside.",
        "모든 이미지에 파트를 정하거나, --set split.kind=holdout으로 주어진 파트를 무시하세요.",
    ),
    "split.without_part": ("{name}: no part", "{name}: 파트 없음"),
    "split.impossible": (
        "The data cannot be split as asked ({kind}):",
        "데이터를 요청한 방식({kind})으로 나눌 수 없습니다:",
    ),
    "split.impossible.fix": (
        "Add images, use fewer folds, or another split.kind.",
        "이미지를 더하거나, 폴드 수를 줄이거나, 다른 split.kind를 쓰세요.",
    ),
    "split.class_not_in_train": (
        "{label} has no training image (fold {fold})",
        "{label}: 학습 이미지가 없음 (폴드 {fold})",
    ),
    "split.one_unit": (
        "{label} has no training image in one of the folds: its {samples} images must stay together (one group, "
        "near-duplicates, or too few); add images of others, or use split.kind=holdout",
        "{label}: 한 폴드에서 학습 이미지가 없음. 이미지 {samples}장이 함께 있어야 함(한 그룹, 유사 중복 또는 너무 적음). "
        "다른 이미지를 더하거나 split.kind=holdout을 쓰세요",
    ),
    "split.few_units": (
        "some folds have no validation image: {folds} folds, but only {units} groups of images that can be told "
        "apart; use --set split.folds with {units} at most",
        "검증 이미지가 없는 폴드가 생김: 폴드는 {folds}개인데 따로 나눌 수 있는 이미지 묶음은 {units}개뿐. "
        "--set split.folds를 {units} 이하로 하세요",
    ),
    "split.no_valid": ("no validation image (fold {fold})", "검증 이미지가 없음 (폴드 {fold})"),
    "split.no_test": (
        "no test image: a class needs three images, or groups of them, to spare one; without a test part: --set "
        "split.test=0",
        "테스트 이미지가 없음: 한 클래스에 이미지(또는 그룹)가 셋은 있어야 하나를 뺄 수 있음. 테스트 파트 없이 하려면 "
        "--set split.test=0",
    ),
    "split.no_time": (
        "split.kind is time, but the data come without times.",
        "split.kind가 time인데 데이터에 시간이 없습니다.",
    ),
    "split.no_time.fix": (
        "Name the column with --set data.time_col=NAME, or use --set split.kind=holdout.",
        "--set data.time_col=이름으로 시간 열을 지정하거나 --set split.kind=holdout을 쓰세요.",
    ),
    "split.bad_times": (
        "{count} images have no time that can be read (ISO 8601, such as 2024-05-01T13:00:00):",
        "시간을 읽을 수 없는 이미지가 {count}장 있습니다 (ISO 8601, 예: 2024-05-01T13:00:00):",
    ),
    "split.bad_times.fix": (
        "Fill in the times, leave these images out, or use --set split.kind=holdout.",
        "시간을 채우거나, 이 이미지들을 빼거나, --set split.kind=holdout을 쓰세요.",
    ),
    "split.bad_time": ("{name}: {time}", "{name}: {time}"),
    "split.few_times": (
        "The images are of {times} different times, too few for {parts} parts.",
        "이미지의 서로 다른 시각이 {times}개로, 파트 {parts}개를 만들기에 부족합니다.",
    ),
    "split.few_times.fix": (
        "Use finer times, no test part (--set split.test=0), or --set split.kind=holdout.",
        "더 세밀한 시간을 쓰거나, 테스트 파트를 빼거나(--set split.test=0), --set split.kind=holdout을 쓰세요.",
    ),
    "split.keep_given": (
        "{count} images that {name} had sealed for the test are now given for training or validation:",
        "{name}에서 테스트용으로 봉인한 이미지 {count}장이 이제 학습이나 검증용으로 주어졌습니다:",
    ),
    "split.keep_given.fix": (
        "Put them back into the test part, or leave split.keep out and treat that test part as opened.",
        "그 이미지들을 테스트 파트로 되돌리거나, split.keep을 빼고 그 테스트 파트는 열린 것으로 보세요.",
    ),
    "split.keep_opened": ("{name}", "{name}"),
    "split.keep_missing": (
        "split.keep: there is no split at {path}.",
        "split.keep: {path}에 분할이 없습니다.",
    ),
    "split.keep_missing.fix": (
        "Give a run folder, such as runs/photos-1, or its split.parquet.",
        "runs/photos-1 같은 실행 폴더나 그 안의 split.parquet을 지정하세요.",
    ),
    "split.keep_broken": (
        "split.keep: {path} is not the split of a run: it lacks {columns}.",
        "split.keep: {path:은/는} 실행의 분할 파일이 아닙니다. 없는 열: {columns}",
    ),
    "split.keep_broken.fix": (
        "Give a run folder, such as runs/photos-1, or its split.parquet.",
        "runs/photos-1 같은 실행 폴더나 그 안의 split.parquet을 지정하세요.",
    ),
}
