"""What the audit of data says: its page, its lines on the screen, its errors.

The texts of the single checks are in :mod:`dojang.core.messages.checks`.
"""

MESSAGES: dict[str, tuple[str, str]] = {
    # Why a check says nothing
    "audit.na.no_pictures": ("the data have no images", "이미지가 없는 데이터"),
    "audit.na.no_labels": (
        "no sample outside the test part has a class",
        "테스트 파트 밖에 클래스가 있는 샘플이 없음",
    ),
    "audit.na.one_class": ("there is only one class", "클래스가 하나뿐임"),
    "audit.na.no_parts": (
        "the data come without parts, or the split deals them anew",
        "데이터에 파트가 주어지지 않았거나 새로 분할함",
    ),
    "audit.na.no_groups": ("the data come without groups", "데이터에 그룹이 주어지지 않음"),
    "audit.na.no_notes": (
        "nothing was noted while files were decoded",
        "디코딩하면서 기록한 것이 없음",
    ),
    "audit.na.few": ("fewer than {need} images", "이미지가 {need}장보다 적음"),
    "audit.na.small": (
        "the images are too small to judge (short side below {need} px)",
        "이미지가 작아서 판단할 수 없음 (짧은 변 {need}px 미만)",
    ),
    "audit.na.few_in_classes": (
        "fewer than two classes with {need} images each",
        "이미지가 {need}장 이상인 클래스가 둘보다 적음",
    ),
    "audit.na.few_in_parts": (
        "a part has fewer than {need} images",
        "이미지가 {need}장보다 적은 파트가 있음",
    ),
    # Words that stand in findings
    "audit.word.width": ("width", "너비"),
    "audit.word.height": ("height", "높이"),
    "audit.word.aspect": ("aspect ratio", "가로세로 비율"),
    "audit.word.bytes": ("file size", "파일 크기"),
    "audit.word.density": ("bytes per pixel", "픽셀당 바이트 수"),
    "audit.word.mode": ("pixel mode", "픽셀 모드"),
    "audit.word.brightness": ("brightness", "밝기"),
    "audit.word.contrast": ("contrast", "대비"),
    "audit.word.saturation": ("saturation", "채도"),
    "audit.word.sharpness": ("sharpness", "선명도"),
    "audit.word.border_mean": ("brightness of the border", "테두리 밝기"),
    "audit.word.border_spread": ("unevenness of the border", "테두리의 고르지 않은 정도"),
    "audit.word.border_step": ("step from the border inwards", "테두리와 안쪽의 밝기 차이"),
    "audit.word.first_number": ("first number in the name", "이름의 첫 번째 숫자"),
    "audit.word.last_number": ("last number in the name", "이름의 마지막 숫자"),
    "audit.word.digits": ("number of digits in the name", "이름의 숫자 개수"),
    "audit.word.higher": ("higher", "더 높음"),
    "audit.word.lower": ("lower", "더 낮음"),
    "audit.word.with": ("with it", "들어 있음"),
    "audit.word.without": ("without it", "들어 있지 않음"),
    "audit.word.size": ("Size", "크기"),
    "audit.word.light": ("Light", "빛"),
    "audit.word.border": ("Border", "테두리"),
    "audit.word.name": ("File name", "파일 이름"),
    "audit.word.number": ("Numbers in the name", "이름의 숫자"),
    "audit.word.train": ("training", "학습"),
    "audit.word.valid": ("validation", "검증"),
    "audit.word.test": ("test", "테스트"),
    "audit.word.exact": ("same file", "같은 파일"),
    "audit.word.near": ("nearly the same picture", "거의 같은 그림"),
    "audit.word.group": ("same group", "같은 그룹"),
    "audit.word.inside": ("Class “{label}”", "‘{label}’ 클래스"),
    "audit.word.outside": ("Other classes", "다른 클래스"),
    # Severities
    "audit.severity.error": ("error", "오류"),
    "audit.severity.warning": ("warning", "경고"),
    "audit.severity.note": ("note", "참고"),
    # Command line
    "cli.audit": (
        "Check data for leaks, copies, shortcuts and bad files, with a report.",
        "누수, 중복, 지름길, 나쁜 파일이 있는지 데이터를 점검하고 리포트를 씁니다.",
    ),
    "cli.opt.audit_out": (
        "HTML file to write; default: <data>-audit.html in the current folder",
        "쓸 HTML 파일. 기본값: 현재 폴더의 <데이터>-audit.html",
    ),
    "cli.opt.audit_allow": (
        "Name of a check whose errors do not count, such as leak; may be repeated",
        "오류로 치지 않을 검사 이름 (예: leak). 여러 번 쓸 수 있음",
    ),
    # Screen
    "audit.scan": ("Checking files", "파일 확인"),
    "audit.checks": ("Running checks …", "검사하는 중 …"),
    "audit.copies": ("Looking for copies …", "중복 찾는 중 …"),
    "audit.line": ("{severity}  {code} {title}: {text}", "{severity}  {code} {title}: {text}"),
    "audit.line_allowed": (
        "{severity} (allowed)  {code} {title}: {text}",
        "{severity} (허용됨)  {code} {title}: {text}",
    ),
    "audit.skipped": ("skipped  {code} {title}: {reason}", "건너뜀  {code} {title}: {reason}"),
    "audit.page_written": (
        "The report, with pictures and advice: {path}",
        "그림과 조언이 있는 리포트: {path}",
    ),
    "audit.alike_note": (
        "Note: pairs that look nearly the same stand in two parts: {count}. They may be copies. See: dojang audit {source}",
        "참고: 거의 같아 보이는 이미지 {count}쌍이 서로 다른 파트에 있습니다. 중복일 수 있습니다. 확인: dojang audit {source}",
    ),
    "audit.conflict_note": (
        "Note: clusters of copies with several labels: {count}. See: dojang audit {source}",
        "참고: 라벨이 서로 다른 중복이 {count}묶음 있습니다. 확인: dojang audit {source}",
    ),
    "audit.allowed_note": (
        "Allowed by audit.allow: {names}. Scores may be too good.",
        "audit.allow에서 허용함: {names}. 점수가 실제보다 좋게 나올 수 있습니다.",
    ),
    "audit.dropped_note": (
        "Images left out because they, or their group, are in a later part too: {count}",
        "뒤 파트와 겹치는(같은 이미지나 그룹) 이미지 {count}장을 제외했습니다",
    ),
    "audit.dropped.copy": (
        "a copy is in the validation or test part (audit.leaks: drop)",
        "검증 또는 테스트 파트에 같은 이미지가 있음 (audit.leaks: drop)",
    ),
    "audit.dropped.group": (
        "its group is in the validation or test part (audit.leaks: drop)",
        "그룹이 검증 또는 테스트 파트에도 있음 (audit.leaks: drop)",
    ),
    # Errors
    "audit.leaks": (
        "Scores would measure memory. Pairs that stand in two parts at once: {count}.",
        "두 파트에 함께 있는 쌍이 {count}개라서, 점수가 외운 정도를 재게 됩니다:",
    ),
    "audit.leaks.fix": (
        "Leave the earlier copies out: --set audit.leaks=drop. Or split anew, copies kept together: "
        "--set split.kind=holdout. Or accept them by name: --set audit.allow=[leak,group-leak]. "
        "To see them: dojang audit",
        "앞 파트의 사본을 빼려면: --set audit.leaks=drop. 중복을 함께 두고 새로 분할하려면: "
        "--set split.kind=holdout. 이름으로 허용하려면: --set audit.allow=[leak,group-leak]. "
        "직접 보려면: dojang audit",
    ),
    "audit.leak_pair": (
        "{a} ({part_a}) and {b} ({part_b}): {kind}",
        "{a} ({part_a}), {b} ({part_b}): {kind}",
    ),
    "audit.group_pair": (
        "group {group}: {a} ({part_a}) and {b} ({part_b})",
        "그룹 {group}: {a} ({part_a}), {b} ({part_b})",
    ),
    "audit.unknown_check": (
        "audit.allow names checks that do not exist:",
        "audit.allow에 없는 검사 이름이 있습니다:",
    ),
    "audit.unknown_check.fix": ("Known: {known}", "쓸 수 있는 이름: {known}"),
    "audit.unknown_name": ("{name}.{hint}", "{name}.{hint}"),
    # Page
    "audit.title": ("Audit of {name}", "{name} 데이터 점검"),
    "audit.kind": ("Audit of data", "데이터 점검"),
    "audit.question": ("Can this data be trusted?", "이 데이터를 믿어도 될까요?"),
    "audit.card_title": ("{title}: {what}", "{title}: {what}"),
    "audit.more_pairs": ("{n} more pairs", "{n}쌍 더 보기"),
    "audit.answer.error": ("Not yet", "아직은 아닙니다"),
    "audit.answer.warning": ("With care", "확인이 필요합니다"),
    "audit.answer.clean": ("Yes", "네"),
    "audit.answer.error.text": (
        "Mend this before you train: scores would be worthless. Checks with errors: {errors} of {checks}.",
        "검사 {checks}개 중 {errors}개에서 점수를 무의미하게 만드는 문제를 찾았습니다. 학습하기 전에 고치세요.",
    ),
    "audit.answer.warning.text": (
        "No check found a reason to stop. Checks with something to look at first: {warnings} of {checks}.",
        "멈출 이유는 없지만, 검사 {checks}개 중 {warnings}개에서 먼저 살펴볼 것을 찾았습니다.",
    ),
    "audit.answer.clean.text": (
        "None of the {checks} checks that apply found a reason to stop or to worry.",
        "적용한 검사 {checks}개에서 멈추거나 걱정할 문제를 찾지 못했습니다.",
    ),
    "audit.contents": ("Findings", "결과"),
    "audit.errors": ("Errors", "오류"),
    "audit.warnings": ("Warnings", "경고"),
    "audit.notes": ("Notes", "참고"),
    "audit.nothing": ("Nothing was found.", "찾은 문제가 없습니다."),
    "audit.passed": ("Passed", "통과"),
    "audit.passed.text": (
        "These checks apply and found nothing.",
        "적용했지만 문제를 찾지 못한 검사입니다.",
    ),
    "audit.listed": ("Checks: {n}", "검사 {n}개"),
    "audit.not_applied": ("Not applied", "적용하지 않음"),
    "audit.not_applied.text": (
        "These say nothing of this data, for the reason given.",
        "아래 이유로 이 데이터에는 적용하지 않은 검사입니다.",
    ),
    "audit.images": ("images", "이미지"),
    "audit.samples": ("samples", "샘플"),
    "audit.classes": ("classes", "클래스"),
    "audit.set_aside": ("files set aside", "제외한 파일"),
    "audit.clusters": ("clusters of copies", "중복 묶음"),
    "audit.do": ("What to do", "할 일"),
    "audit.why": ("Why it matters, and how it is found", "왜 중요하고 어떻게 찾는지"),
    "audit.all_files": ("All {n} files", "파일 {n}개 모두"),
    "audit.more_files": (
        "{n} more; all of them are in: {command}",
        "{n}개 더 있습니다. 전체 목록: {command}",
    ),
    "audit.pairs_shown": ("{shown} of {n} pairs", "{n}쌍 중 {shown}쌍"),
    "audit.files_shown": ("{shown} of {n} files", "파일 {n}개 중 {shown}개"),
    "audit.allowed": ("allowed", "허용됨"),
    "audit.no_picture": ("no picture", "그림 없음"),
    "audit.picture": ("Picture {id}", "이미지 {id}"),
    "audit.column.class": ("Class", "클래스"),
    "audit.column.number": ("Images", "이미지 수"),
    "audit.column.feature": ("Feature", "특징"),
    "audit.column.alone": ("Feature alone (AUC)", "특징만 (AUC)"),
    "audit.column.content": ("Content (AUC)", "내용 (AUC)"),
    "audit.sealed": (
        "A test part that comes with the data stays sealed: its labels feed no number and no picture here.",
        "데이터와 함께 주어진 테스트 파트는 봉인되어 있습니다. 그 라벨은 여기의 어떤 수치나 그림에도 쓰지 않습니다.",
    ),
    "audit.footer": (
        "Made by Dojang {version}. This page is one file: it asks nothing of the network.",
        "Dojang {version}에서 만들었습니다. 이 페이지는 파일 하나이며 네트워크를 쓰지 않습니다.",
    ),
    "audit.left_out": (
        "{n} pictures were left out so that the page stays light.",
        "페이지가 무거워지지 않도록 그림 {n}장을 뺐습니다.",
    ),
    "audit.skip": ("Skip to the findings", "결과로 바로가기"),
}
