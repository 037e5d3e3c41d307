"""What the command says that starts the studio, and why something cannot be shown."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.studio": (
        "Show runs in a browser: curves as they grow, images with answers, labels to fix.",
        "실행을 브라우저에서 봅니다. 자라는 학습 곡선, 이미지와 예측, 고칠 라벨까지.",
    ),
    "cli.arg.studio_roots": (
        "Folders with runs; default: runs",
        "실행 폴더들이 있는 곳. 기본값: runs",
    ),
    "cli.opt.studio_host": (
        "Address to listen on; others than this machine's own need --token",
        "접속을 받을 주소. 이 컴퓨터 밖에서 닿는 주소에는 --token이 필요함",
    ),
    "cli.opt.studio_port": (
        "Port; the next free one where it is taken, 0 for any",
        "포트. 쓰이고 있으면 다음 빈 포트, 0은 아무 포트나",
    ),
    "cli.opt.studio_token": (
        "Word that opens the page, 16 letters or more; default: DOJANG_TOKEN, or a new one each time",
        "페이지를 여는 토큰, 16자 이상. 기본값: DOJANG_TOKEN 또는 매번 새로 만든 토큰",
    ),
    "cli.opt.studio_data": (
        "Folder to look in for images that are no longer where they were; may be repeated",
        "이미지가 원래 자리에 없을 때 찾아볼 폴더. 여러 번 쓸 수 있음",
    ),
    "cli.opt.studio_open": ("Open it in a browser", "브라우저에서 열기"),
    # --- starting ---
    "studio.at": ("Studio: {url}", "스튜디오: {url}"),
    "studio.roots": ("Runs from: {roots}", "실행 폴더: {roots}"),
    "studio.end": ("Ctrl-C ends it.", "Ctrl-C로 끝냅니다."),
    "studio.moved": (
        "The port asked for is taken; port {port} is used.",
        "지정한 포트는 이미 쓰이고 있어 {port}번 포트를 씁니다.",
    ),
    "studio.no_extra": (
        "The studio needs fastapi and uvicorn, which are not installed.",
        "스튜디오에 필요한 fastapi와 uvicorn이 설치되어 있지 않습니다.",
    ),
    "studio.no_extra.fix": (
        'Install them: pip install "dojang[serve]"',
        '설치하세요: pip install "dojang[serve]"',
    ),
    "studio.needs_token": (
        "Other machines can reach {host}: a token of {least} letters or more must be given.",
        "{host}에는 다른 컴퓨터에서도 접속할 수 있으므로 {least}자 이상의 토큰을 지정해야 합니다.",
    ),
    "studio.needs_token.fix": (
        "Give --token or set DOJANG_TOKEN. What is sent is not encrypted.",
        "--token이나 DOJANG_TOKEN으로 지정하세요. 통신은 암호화되지 않습니다.",
    ),
    "studio.short_token": (
        "The token has fewer than {least} letters, or some that do not fit into an address.",
        "토큰이 {least}자보다 짧거나 주소에 쓸 수 없는 글자가 있습니다.",
    ),
    "studio.short_token.fix": (
        "Use letters from a to z, digits, and - _ . ~",
        "영문자, 숫자, - _ . ~를 쓰세요.",
    ),
    "studio.no_port": (
        "Cannot listen on {host}, port {port} or after: {reason}",
        "{host}의 {port}번 이후 포트에서 접속을 받을 수 없습니다: {reason}",
    ),
    "studio.no_port.fix": (
        "Choose another with --port, or an address of this machine with --host.",
        "--port로 다른 포트를, --host로 이 컴퓨터의 주소를 지정하세요.",
    ),
    # --- the gate ---
    "studio.gate.401": (
        "Not open. Use the address with the token that `dojang studio` printed.",
        "열 수 없습니다. `dojang studio`가 출력한, 토큰이 든 주소로 접속하세요.",
    ),
    "studio.gate.403": (
        "Refused: this request came from another page.",
        "거부했습니다. 다른 페이지에서 온 요청입니다.",
    ),
    "studio.gate.413": ("Refused: the request is too large.", "거부했습니다. 요청이 너무 큽니다."),
    "studio.gate.421": (
        "Refused: unknown host name.",
        "거부했습니다. 알 수 없는 호스트 이름입니다.",
    ),
    # --- what is wrong with a request or a file ---
    "studio.bad.number": (
        "`{name}` must be a whole number from {low} to {high}.",
        "`{name}`에는 {low}부터 {high}까지의 정수를 써야 합니다.",
    ),
    "studio.bad.word": (
        "`{name}` must be one of: {known}.",
        "`{name}`에는 다음 중 하나를 써야 합니다: {known}.",
    ),
    "studio.bad.text": (
        "`{name}` may have {most} letters at most.",
        "`{name}`에는 {most}자까지 쓸 수 있습니다.",
    ),
    "studio.bad.range": (
        "The lower end of the confidence is above the upper one.",
        "확신도의 아래 끝이 위 끝보다 높습니다.",
    ),
    "studio.bad.run": (
        "There is no such run, or it was deleted.",
        "그런 실행이 없거나 삭제되었습니다.",
    ),
    "studio.bad.row": ("There is no such image.", "그런 이미지가 없습니다."),
    "studio.bad.page": ("The run has no such page.", "이 실행에는 그런 페이지가 없습니다."),
    "studio.bad.many": (
        "At most {most} runs can be compared at once.",
        "한 번에 실행 {most}개까지 비교할 수 있습니다.",
    ),
    "studio.bad.404": ("There is no such page.", "그런 페이지가 없습니다."),
    "studio.bad.405": (
        "This address does not take such a request.",
        "이 주소에서는 그런 요청을 받지 않습니다.",
    ),
    "studio.too_large": (
        "{path} is too large to show ({size} MB).",
        "{path}: 너무 커서 보여 줄 수 없습니다({size}MB).",
    ),
    "studio.sealed": (
        "The test part is sealed: nobody has opened it with `dojang evaluate`.",
        "테스트 파트는 봉인되어 있습니다. 아직 `dojang evaluate`로 열지 않았습니다.",
    ),
    "studio.no_answers.valid": (
        "The run has no predictions yet. They are written when the training ends.",
        "아직 예측이 없습니다. 예측은 학습이 끝날 때 저장됩니다.",
    ),
    "studio.no_answers.test": (
        "The run has no predictions of the test part.",
        "이 실행에는 테스트 파트의 예측이 없습니다.",
    ),
    "studio.no_slice": (
        "There is no such slice, or its images cannot be told any more.",
        "그런 조각이 없거나 어떤 이미지가 들어 있는지 더는 알 수 없습니다.",
    ),
    "studio.links": (
        "labels.csv is a link that leads out of the folders with runs; it is left alone.",
        "labels.csv가 실행 폴더들 밖을 가리키는 링크라서 쓰지 않습니다.",
    ),
    "studio.note.broken": (
        "{path}: run.json cannot be read.",
        "{path}: run.json을 읽을 수 없습니다.",
    ),
    "studio.note.newer": (
        "{path} was written by a newer Dojang; upgrade to look into it.",
        "{path}: 더 새로운 버전의 Dojang이 만든 실행입니다. 업그레이드하면 볼 수 있습니다.",
    ),
    "studio.note.links": (
        "{path} has links that lead out of the folders with runs, or too many files to be sure; it is not opened.",
        "{path}: 실행 폴더들 밖을 가리키는 링크가 있거나 파일이 너무 많아 확인할 수 없어 열지 않습니다.",
    ),
    "studio.note.file": (
        "{file} cannot be read; it is left out.",
        "{file}: 읽을 수 없어 건너뜁니다.",
    ),
}
