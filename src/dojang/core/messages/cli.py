"""What the command line says of itself and of its results."""

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.help": (
        "From raw images to a model you can trust, explain and hand over.",
        "이미지에서 출발해 믿고, 설명하고, 넘겨줄 수 있는 모델까지.",
    ),
    "cli.epilog": (
        "Start with: dojang train photos/ (one sub-folder per class)",
        "시작하기: dojang train photos/ (클래스마다 하위 폴더 하나)",
    ),
    "cli.train": (
        "Train on images or run a recipe; ends with a validation report.",
        "이미지로 학습하거나 레시피를 실행하고, 검증 리포트를 만듭니다.",
    ),
    "cli.resume": (
        "Go on with a run that was interrupted.",
        "중단된 실행을 이어서 합니다.",
    ),
    "cli.init": (
        "Look at the data and print a commented recipe with its reasons.",
        "데이터를 살펴보고 이유를 단 레시피를 출력합니다.",
    ),
    "cli.predict": (
        "Predict new images into a CSV, or fill a sample submission.",
        "새 이미지를 예측해 CSV로 쓰거나 샘플 제출 파일을 채웁니다.",
    ),
    "cli.evaluate": (
        "Open the sealed test part, once, and record that it was opened.",
        "봉인된 테스트 파트를 한 번 열어 평가하고, 열었다는 사실을 기록합니다.",
    ),
    "cli.explain": (
        "Show what the model sees in an image and where it looks.",
        "모델이 이미지에서 무엇을 보고 어디를 보는지 알려 줍니다 (Grad-CAM).",
    ),
    "cli.report": (
        "Write the report of a run as one HTML file.",
        "실행의 리포트를 HTML 파일 하나로 씁니다.",
    ),
    "cli.runs": ("List runs, best first.", "실행 목록을 좋은 순서로 보여 줍니다."),
    "cli.models": (
        "List models whose name contains a text.",
        "이름에 주어진 글자가 들어간 모델을 보여 줍니다.",
    ),
    "cli.schema": (
        "Print the JSON schema of a recipe, for editors.",
        "편집기에서 쓸 레시피의 JSON 스키마를 출력합니다.",
    ),
    "cli.advise": (
        "Read the learning curve and say what to try next.",
        "학습 곡선을 읽고 다음에 무엇을 해 볼지 알려 줍니다.",
    ),
    "cli.compare": (
        "Say which of several runs is better, and how surely.",
        "여러 실행 가운데 무엇이 더 나은지, 얼마나 확실한지 알려 줍니다.",
    ),
    "cli.arg.compared": (
        "Run folders; the others are compared with the first. Runs that differ in train.seed alone "
        "count as one model",
        "실행 폴더들. 첫 실행을 기준으로 나머지를 비교합니다. train.seed만 다른 실행은 한 모델로 "
        "묶습니다",
    ),
    "cli.opt.part": (
        "Part to compare on: valid, or test where it was opened",
        "비교할 파트: valid 또는 이미 연 test",
    ),
    "cli.opt.compare_out": (
        "Page to write, with the intervals drawn; must not exist",
        "신뢰구간을 그린 페이지를 쓸 곳. 이미 있으면 안 됩니다",
    ),
    "cli.arg.run": (
        "Run folder, such as runs/photos-convnet-1",
        "실행 폴더 (예: runs/photos-convnet-1)",
    ),
    "cli.arg.source": (
        "Folder, .zip, .tar, .csv or .parquet with labelled images; or a recipe.yaml",
        "라벨이 있는 이미지의 폴더, .zip, .tar, .csv, .parquet 또는 recipe.yaml",
    ),
    "cli.arg.data": (
        "Folder, .zip, .tar, .csv or .parquet with labelled images",
        "라벨이 있는 이미지의 폴더, .zip, .tar, .csv 또는 .parquet",
    ),
    "cli.arg.images": (
        "Image, folder, .zip or .tar to predict",
        "예측할 이미지, 폴더, .zip 또는 .tar",
    ),
    "cli.arg.image": ("Image to explain", "설명할 이미지"),
    "cli.arg.runs": ("Folder with runs", "실행 폴더들이 있는 곳"),
    "cli.arg.pattern": ("Part of a name, such as resnet", "이름의 일부 (예: resnet)"),
    "cli.opt.version": ("Print the version", "버전을 출력"),
    "cli.opt.lang": ("Language: en or ko", "언어: en 또는 ko"),
    "cli.opt.json": ("Print the result as JSON", "결과를 JSON으로 출력"),
    "cli.opt.run": (
        "Folder of the new run; default: runs/<data>-<model>-<n>",
        "새 실행의 폴더. 기본값: runs/<데이터>-<모델>-<n>",
    ),
    "cli.opt.set": (
        "Set a key of the recipe, such as train.epochs=30; may be repeated",
        "레시피의 키를 지정 (예: train.epochs=30). 여러 번 쓸 수 있음",
    ),
    "cli.opt.weights": (
        "Start from published weights (hub) or a .safetensors file",
        "공개된 가중치(hub)나 .safetensors 파일에서 시작",
    ),
    "cli.opt.recipe": (
        "Begin with a ready recipe, such as cifar10",
        "준비된 레시피로 시작 (예: cifar10)",
    ),
    "cli.opt.path_col": ("Column with the path of each image", "이미지 경로가 있는 열"),
    "cli.opt.label_col": ("Column with the class of each image", "이미지의 클래스가 있는 열"),
    "cli.opt.group_col": (
        "Column whose equal values stay in one part",
        "같은 값이면 같은 파트에 두는 열",
    ),
    "cli.opt.out": (
        "CSV file to write; default: standard output",
        "쓸 CSV 파일. 기본값: 표준 출력",
    ),
    "cli.opt.like": (
        "Sample submission whose ids, columns and order are kept",
        "ID, 열, 순서를 그대로 따를 샘플 제출 파일",
    ),
    "cli.opt.picture": (
        "Picture to write; default: <image>.why.jpg in the current folder",
        "쓸 그림 파일. 기본값: 현재 폴더의 <이미지>.why.jpg",
    ),
    "cli.opt.html": (
        "HTML file to write; default: in the run folder",
        "쓸 HTML 파일. 기본값: 실행 폴더 안",
    ),
    "cli.word.usage": ("Usage:", "사용법:"),
    "cli.word.options": ("Options:", "옵션:"),
    "cli.word.arguments": ("Arguments:", "인자:"),
    "cli.word.commands": ("Commands:", "명령:"),
    "cli.word.help": ("Show this message and exit.", "이 도움말을 보여 주고 끝냅니다."),
    "cli.word.required": ("[required]", "[필수]"),
    "cli.word.default": ("[default: ", "[기본값: "),
    "cli.interrupted": ("Interrupted.", "중단했습니다."),
    "cli.usage": (
        "{detail}\nSee: {command} --help",
        "명령을 이해할 수 없습니다: {detail}\n도움말: {command} --help",
    ),
    "cli.no_such_option": (
        "There is no option {option}.\nSee: {command} --help",
        "{option} 옵션은 없습니다.\n도움말: {command} --help",
    ),
    "cli.missing_argument": (
        "{parameter} is missing.\nSee: {command} --help",
        "{parameter:이/가} 빠졌습니다.\n도움말: {command} --help",
    ),
    "cli.scores": (
        "Scores on the {part} part, {n} images, with 95 % intervals:",
        "{part} 파트 점수, 이미지 {n}장, 95% 신뢰구간:",
    ),
    "cli.part.valid": ("validation", "검증"),
    "cli.part.test": ("test", "테스트"),
    "cli.next_advise": (
        "{title}. {found} What to do: dojang advise {path}",
        "{title}. {found} 할 일: dojang advise {path}",
    ),
    "cli.next_evaluate": (
        "The test part is still sealed. When you have decided on this model: dojang evaluate {path}",
        "테스트 파트는 아직 봉인되어 있습니다. 이 모델로 정했다면: dojang evaluate {path}",
    ),
    "cli.opened_now": (
        "The sealed test part of {path} was opened now ({when}); this is recorded.",
        "{path}의 봉인된 테스트 파트를 지금 열었습니다({when}). 이 사실을 기록했습니다.",
    ),
    "cli.opened_before": (
        "The test part of {path} was opened on {when}; these are the scores of then.",
        "{path}의 테스트 파트는 {when}에 이미 열렸습니다. 그때의 점수입니다.",
    ),
    "cli.predicted": (
        "{n} images predicted, {refused} refused: {path}",
        "이미지 {n}장 예측, {refused}개 거부: {path}",
    ),
    "cli.explained": ("Where the model looked: {path}", "모델이 본 곳: {path}"),
    "cli.not_explained": (
        "This network has no layer that Grad-CAM could show; the image alone: {path}",
        "이 신경망에는 Grad-CAM으로 보여 줄 층이 없습니다. 이미지만 저장했습니다: {path}",
    ),
    "cli.runs_as_good": (
        "≈ the best, or cannot be told apart from it on the same validation images.",
        "≈ 가장 좋은 실행이거나, 같은 검증 이미지에서 그와 차이가 있다고 말할 수 없는 실행.",
    ),
    "cli.no_runs": ("There are no runs in {path}.", "{path}에 실행이 없습니다."),
    "cli.column.run": ("run", "실행"),
    "cli.column.model": ("model", "모델"),
    "cli.column.status": ("status", "상태"),
    "cli.column.valid": ("validation accuracy", "검증 정확도"),
    "cli.column.test": ("test accuracy", "테스트 정확도"),
    "cli.column.minutes": ("minutes", "분"),
    "cli.status.running": ("unfinished", "미완료"),
    "cli.status.interrupted": ("interrupted", "중단됨"),
    "cli.status.diverged": ("diverged", "발산"),
    "cli.status.finished": ("finished", "완료"),
}
