"""Why a file is refused, and what is said of files that decoding had to do something about."""

MESSAGES: dict[str, tuple[str, str]] = {
    "decode.empty": ("empty file", "빈 파일"),
    "decode.not_image": ("not an image", "이미지가 아님"),
    "decode.truncated": ("cut short", "중간에 잘린 파일"),
    "decode.broken": ("broken image", "손상된 이미지"),
    "decode.too_large": ("too many pixels", "픽셀이 너무 많음"),
    "decode.too_many_bytes": ("file too large", "파일이 너무 큼"),
    "decode.memory": ("needs too much memory", "메모리를 너무 많이 씀"),
    "decode.mode": ("unsupported pixel format", "지원하지 않는 픽셀 형식"),
    "decode.timeout": ("takes too long to decode", "디코딩이 너무 오래 걸림"),
    "decode.crashed": ("crashes the decoder", "디코더를 죽게 함"),
    "read.missing": ("no such file", "파일이 없음"),
    "read.failed": ("cannot be read", "읽을 수 없음"),
    "read.outside": ("leads out of the folder", "폴더 밖을 가리킴"),
    "read.not_a_file": ("not a regular file", "일반 파일이 아님"),
    "read.name": ("its name is not valid Unicode", "이름이 올바른 유니코드가 아님"),
    "read.encrypted": ("encrypted", "암호화됨"),
    "decode.too_thin": ("too long and thin", "너무 길고 가는 이미지"),
    "decode.too_heavy": (
        "would need more memory than allowed",
        "디코딩에 허용된 것보다 많은 메모리가 필요함",
    ),
    "decode.too_many_scans": (
        "too many scans, as only bombs have",
        "스캔이 비정상적으로 많음 (압축 폭탄으로 보임)",
    ),
    "read.slow": ("takes too long to read", "읽는 데 너무 오래 걸림"),
    "read.ratio": (
        "inflates out of all proportion",
        "압축을 풀면 비정상적으로 커짐 (압축 폭탄으로 보임)",
    ),
    "read.twice": (
        "an earlier member of the same name is not used",
        "같은 이름의 항목이 뒤에 또 있어 앞의 것은 쓰지 않음",
    ),
    "decode.note.turned": ("turned as its EXIF data say", "EXIF 정보대로 돌려 세움"),
    "decode.note.exif": ("broken EXIF data ignored", "손상된 EXIF 정보는 무시함"),
    "decode.note.alpha": (
        "transparent pixels lie on the background",
        "투명한 픽셀은 배경색 위에 놓음",
    ),
    "decode.note.animated": ("only the first frame is used", "첫 프레임만 사용함"),
    "decode.note.depth": (
        "more than 8 bits a value, scaled to 8",
        "8비트가 넘는 값을 8비트로 줄임",
    ),
    "decode.note.icc": ("colours converted to sRGB", "색상을 sRGB로 변환함"),
    "decode.note.icc_ignored": (
        "broken colour profile ignored",
        "손상된 색상 프로파일은 무시함",
    ),
    "decode.note.repaired": (
        "cut short, and used as far as it goes",
        "중간에 잘렸지만 있는 데까지 사용함",
    ),
    "decode.note.extension": (
        "the content is of another format than the name says",
        "파일 내용이 확장자와 다른 형식임",
    ),
}
