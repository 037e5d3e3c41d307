"""The texts of the coded checks: title, meaning, what was found (with its evidence), advice."""

MESSAGES: dict[str, tuple[str, str]] = {
    "check.unreadable.title": ("Unreadable files", "읽을 수 없는 파일"),
    "check.unreadable.meaning": (
        "Every file is decoded once in a process of its own. What cannot be decoded is named and set aside; it never stops a run.",
        "모든 파일을 별도 프로세스에서 한 번씩 디코딩합니다. 디코딩할 수 없는 파일은 이름을 알리고 제외하며, 실행을 멈추지는 않습니다.",
    ),
    "check.unreadable.found": (
        "Files set aside: {count} of {total}.",
        "파일 {total}개 중 {count}개를 제외했습니다.",
    ),
    "check.unreadable.advice": (
        "Copy or download these files again. If they stay broken, delete them: they are not used either way.",
        "이 파일들을 다시 복사하거나 내려받으세요. 그래도 깨져 있으면 지우세요. 어차피 쓰이지 않습니다.",
    ),
    "check.exact_duplicates.title": ("Equal files", "같은 파일"),
    "check.exact_duplicates.meaning": (
        "Files with the same content (SHA-256). They count an image several times; in two parts they are a leak.",
        "내용이 똑같은 파일입니다(SHA-256). 같은 이미지를 여러 번 세는 셈이고, 두 파트에 있으면 누수입니다.",
    ),
    "check.exact_duplicates.found": (
        "Files that equal another one: {count}.",
        "파일 {count}개가 서로 똑같습니다.",
    ),
    "check.exact_duplicates.advice": (
        "Keep one of each. The split keeps copies in one part, so that they cannot leak.",
        "하나씩만 남기세요. 분할할 때 사본은 같은 파트에 두므로 누수되지는 않습니다.",
    ),
    "check.near_duplicates.title": ("Nearly equal pictures", "거의 같은 그림"),
    "check.near_duplicates.meaning": (
        "The same picture, resized, recompressed, cropped a little, brightened or mirrored. Found by comparing what the pictures look like, not by bytes.",
        "크기, 압축, 밝기가 달라졌거나 살짝 잘리거나 뒤집힌 같은 그림입니다. 바이트가 아니라 그림의 모양을 비교해서 찾습니다.",
    ),
    "check.near_duplicates.found": (
        "Pictures that nearly equal another one: {count}.",
        "그림 {count}장이 다른 그림과 거의 같습니다.",
    ),
    "check.near_duplicates.advice": (
        "Look at the pairs. The split keeps them in one part; delete them only where they are truly the same picture.",
        "쌍을 살펴보세요. 분할할 때 같은 파트에 둡니다. 정말 같은 그림일 때만 지우세요.",
    ),
    "check.label_conflict.title": ("Copies with different labels", "라벨이 다른 중복"),
    "check.label_conflict.meaning": (
        "Of copies that carry two labels at least one is wrong. Labels of a given test part are not looked at.",
        "사본인데 라벨이 다르면 적어도 하나는 틀렸습니다. 주어진 테스트 파트의 라벨은 보지 않습니다.",
    ),
    "check.label_conflict.found": (
        "Clusters of copies with more than one label: {count}.",
        "중복 {count}묶음에 라벨이 둘 이상 있습니다.",
    ),
    "check.label_conflict.advice": (
        "Look at each pair and correct the wrong label, or remove one of the files.",
        "쌍을 하나씩 보고 틀린 라벨을 고치거나 한쪽 파일을 지우세요.",
    ),
    "check.leak.title": ("Copies across parts", "파트를 넘나드는 중복"),
    "check.leak.meaning": (
        "A picture that is learnt from and tested on measures memory. Copies are compared by content alone; labels are not read. Equal files, and pictures beyond doubt (distance up to 0.05), are an error: `dojang train` stops here unless told otherwise. Pictures that only look alike are a warning.",
        "학습한 그림으로 평가하면 외운 정도를 재게 됩니다. 내용만 비교하고 라벨은 읽지 않습니다. 같은 파일과 의심할 여지 없이 같은 그림(거리 0.05 이하)은 오류이며, 따로 지정하지 않으면 `dojang train`은 여기서 멈춥니다. 닮기만 한 그림은 경고입니다.",
    ),
    "check.leak.found": (
        "Pairs of copies that stand in two parts: {count} (equal files: {exact}).",
        "두 파트에 걸친 중복이 {count}쌍 있습니다(그중 같은 파일 {exact}쌍).",
    ),
    "check.leak.advice": (
        "Leave the earlier copies out (drop), or split anew with copies kept together. Allow it by name only if published figures were made the same way.",
        "앞 파트의 사본을 빼거나(drop), 중복을 함께 두고 새로 분할하세요. 공개된 수치와 같은 조건이 필요할 때만 이름으로 허용하세요.",
    ),
    "check.group_leak.title": ("Groups across parts", "파트를 넘나드는 그룹"),
    "check.group_leak.meaning": (
        "Samples of one group (a patient, a scene, a device) are alike. A group in two parts makes the score of the later part too good.",
        "한 그룹(환자, 장면, 장비)의 샘플은 서로 닮았습니다. 그룹이 두 파트에 있으면 뒤 파트의 점수가 실제보다 좋아집니다.",
    ),
    "check.group_leak.found": (
        "Groups that stand in two parts: {count}.",
        "두 파트에 걸친 그룹이 {count}개 있습니다.",
    ),
    "check.group_leak.advice": (
        "Split anew, so that each group is in one part, or leave the earlier samples of these groups out.",
        "그룹마다 한 파트에만 있도록 새로 분할하거나, 이 그룹의 앞 파트 샘플을 빼세요.",
    ),
    "check.imbalance.title": ("Class imbalance", "클래스 불균형"),
    "check.imbalance.meaning": (
        "Where one class has many times the images of another, accuracy hides the small one. Told from a ratio of 3 (note) and 10 (warning), where chance explains it with less than 0.1 %.",
        "한 클래스가 다른 클래스보다 훨씬 많으면 정확도에 작은 클래스가 가려집니다. 3배부터 참고, 10배부터 경고이며, 우연일 확률이 0.1% 미만일 때만 알립니다.",
    ),
    "check.imbalance.found": (
        "“{largest}” has {most} images, “{smallest}” {fewest}: {ratio:.1f} times as many.",
        "‘{largest}’ 이미지는 {most}장, ‘{smallest}’ 이미지는 {fewest}장으로 {ratio:.1f}배 차이입니다.",
    ),
    "check.imbalance.advice": (
        "Judge by balanced accuracy and by the scores of each class, and collect more of the small classes.",
        "균형 정확도와 클래스별 점수로 판단하고, 작은 클래스의 이미지를 더 모으세요.",
    ),
    "check.tiny_class.title": ("Tiny classes", "너무 작은 클래스"),
    "check.tiny_class.meaning": (
        "With fewer than 20 images (warning) or 50 (note) for learning and validation, a class is learnt by chance and its scores say little.",
        "학습과 검증에 쓸 이미지가 20장(경고) 또는 50장(참고)보다 적으면 학습이 운에 좌우되고 점수도 믿기 어렵습니다.",
    ),
    "check.tiny_class.found": (
        "Classes with fewer than {limit} images: {names}.",
        "이미지가 {limit}장보다 적은 클래스: {names}.",
    ),
    "check.tiny_class.advice": (
        "Collect more images of these classes, merge them with others, or leave them out.",
        "이 클래스의 이미지를 더 모으거나, 다른 클래스와 합치거나, 빼세요.",
    ),
    "check.odd_size.title": ("Odd sizes", "유난한 크기"),
    "check.odd_size.meaning": (
        "Images whose short side is at least 4 times smaller or larger than the median, and 5 robust standard deviations away: thumbnails among photographs, for instance.",
        "짧은 변이 중앙값의 4배 이상 작거나 크고, 로버스트 표준편차의 5배 이상 벗어난 이미지입니다. 사진 사이에 섞인 섬네일 등이 그렇습니다.",
    ),
    "check.odd_size.found": (
        "Images {factor:.0f} times smaller or larger than the usual {median} px (short side): {count}.",
        "이미지 {count}장이 보통 크기({median}px)보다 {factor:.0f}배 넘게 작거나 큽니다.",
    ),
    "check.odd_size.advice": (
        "Small ones hold less detail than the network will be shown: look for the originals.",
        "작은 이미지에는 신경망이 보게 될 만큼의 세부가 없습니다. 원본을 찾아보세요.",
    ),
    "check.odd_aspect.title": ("Odd aspect ratios", "유난한 가로세로 비율"),
    "check.odd_aspect.meaning": (
        "Images that are at least 2.5 times wider or taller, for their size, than the median, and 5 robust standard deviations away: resizing to a square distorts them most.",
        "가로세로 비율이 중앙값보다 2.5배 이상 넓거나 길고, 로버스트 표준편차의 5배 이상 벗어난 이미지입니다. 정사각형으로 바꾸면 가장 많이 찌그러집니다.",
    ),
    "check.odd_aspect.found": (
        "Images {factor:.1f} times wider or taller than usual (width / height {median:.2f}): {count}.",
        "이미지 {count}장이 보통(너비/높이 {median:.2f})보다 {factor:.1f}배 이상 넓거나 깁니다.",
    ),
    "check.odd_aspect.advice": (
        "Crop them to what matters, or keep the aspect with grey borders (pad).",
        "중요한 부분만 남기고 자르거나, 회색 여백을 두어 비율을 지키세요(pad).",
    ),
    "check.blur.title": ("Blurred pictures", "흐린 그림"),
    "check.blur.meaning": (
        "Pictures at least 8 times less sharp than the median and 3.5 robust standard deviations below it, on the logarithmic scale. A picture of a smooth thing may be among them.",
        "선명도가 중앙값의 8분의 1 이하이고, 로그 척도에서 로버스트 표준편차의 3.5배 이상 낮은 그림입니다. 원래 매끈한 물체의 그림이 섞일 수 있습니다.",
    ),
    "check.blur.found": (
        "Pictures far less sharp than the rest: {count}.",
        "그림 {count}장이 나머지보다 훨씬 흐립니다.",
    ),
    "check.blur.advice": (
        "Remove those on which you could not tell the class yourself. If blur occurs in use, keep some.",
        "사람이 봐도 클래스를 알 수 없는 그림은 빼세요. 실제로 쓸 때도 흐린 그림이 들어온다면 조금은 남기세요.",
    ),
    "check.dark.title": ("Dark pictures", "어두운 그림"),
    "check.dark.meaning": (
        "Pictures whose lightest parts are dark: in 99 % of the pixels every channel is below 60 of 255.",
        "가장 밝은 부분도 어두운 그림입니다. 픽셀의 99%에서 모든 채널이 255 중 60 미만입니다.",
    ),
    "check.dark.found": (
        "Pictures dark all over (99 % of their pixels below {limit} of 255): {count}.",
        "그림 {count}장이 전체적으로 어둡습니다(픽셀의 99%가 255 중 {limit} 미만).",
    ),
    "check.dark.advice": (
        "Look at them: underexposed ones are of little use, night scenes may be what you want.",
        "직접 보세요. 노출이 부족한 사진은 쓸모가 적지만, 밤 장면은 필요할 수도 있습니다.",
    ),
    "check.bright.title": ("Washed-out pictures", "하얗게 뜬 그림"),
    "check.bright.meaning": (
        "Pictures whose darkest parts are light: in 99 % of the pixels every channel is above 200 of 255.",
        "가장 어두운 부분도 밝은 그림입니다. 픽셀의 99%에서 모든 채널이 255 중 200을 넘습니다.",
    ),
    "check.bright.found": (
        "Pictures light all over (99 % of their pixels above {limit} of 255): {count}.",
        "그림 {count}장이 전체적으로 하얗습니다(픽셀의 99%가 255 중 {limit} 초과).",
    ),
    "check.bright.advice": (
        "Look at them: overexposed ones are of little use, faint drawings on paper may be right.",
        "직접 보세요. 노출이 지나친 사진은 쓸모가 적지만, 종이에 그린 옅은 그림은 정상일 수 있습니다.",
    ),
    "check.blank.title": ("Blank pictures", "빈 그림"),
    "check.blank.meaning": (
        "Pictures of one colour: no channel varies by more than 4 of 255 (standard deviation, at 32 × 32 pixels).",
        "한 가지 색뿐인 그림입니다. 32×32 픽셀에서 모든 채널의 표준편차가 255 중 4 이하입니다.",
    ),
    "check.blank.found": (
        "Pictures that show nothing: {count}.",
        "그림 {count}장에 아무것도 없습니다.",
    ),
    "check.blank.advice": (
        "Remove them: a class cannot be seen in them, and a network learns the colour instead.",
        "빼세요. 클래스를 볼 수 없어서 신경망이 대신 색을 외우게 됩니다.",
    ),
    "check.gray_among_color.title": ("Grey among colour", "컬러 속의 흑백"),
    "check.gray_among_color.meaning": (
        "Pictures without colour (channels within 4 of 255) where fewer than 20 % are: from another source, perhaps.",
        "흑백 그림이 20%보다 적은 데이터에서 색이 없는(채널 차이가 255 중 4 이하) 그림입니다. 출처가 다를 수 있습니다.",
    ),
    "check.gray_among_color.found": (
        "Pictures without colour among coloured ones: {count}.",
        "다른 그림은 컬러인데 {count}장에는 색이 없습니다.",
    ),
    "check.gray_among_color.advice": (
        "Find the coloured originals, or make sure that every class has some of them.",
        "컬러 원본을 찾거나, 모든 클래스에 고르게 있는지 확인하세요.",
    ),
    "check.shortcut.title": ("Shortcut", "지름길(shortcut)"),
    "check.shortcut.meaning": (
        "If something other than the content tells the class, a network will learn that instead. A small classifier on size, light, border or file name alone is cross-validated, copies taken once and groups kept together. A class is told from an AUC of 0.85 that chance reaches in 0.1 % of clean data sets; more than a note where that beats the content of the pictures.",
        "내용이 아닌 것으로 클래스를 알 수 있으면 신경망은 그것을 배웁니다. 크기, 빛, 테두리, 파일 이름만 보는 작은 분류기를 교차 검증합니다(중복은 하나만, 그룹은 함께). AUC 0.85 이상이고 문제없는 데이터에서는 우연히 나올 확률이 0.1%일 때 알리며, 그림의 내용보다 잘 맞힐 때만 참고보다 무겁게 봅니다.",
    ),
    "check.shortcut.found.feature": (
        "“{label}” can be told by {feature} ({direction}) without looking at the content: AUC {auc:.2f}; content {content_auc:.2f}. {family}, all classes: {balanced_accuracy:.0%} right, chance {chance:.0%}.",
        "내용을 보지 않고 {feature}만으로({direction}) ‘{label}’ 클래스를 알 수 있습니다. AUC {auc:.2f}, 내용으로는 {content_auc:.2f}. {family}만 보고 전체 클래스 정답률 {balanced_accuracy:.0%}, 우연은 {chance:.0%}.",
    ),
    "check.shortcut.found.name": (
        "“{label}” can be told by the file name, “{feature}” ({direction}): AUC {auc:.2f}. {family}, all classes: {balanced_accuracy:.0%} right, chance {chance:.0%}.",
        "파일 이름의 “{feature}”({direction})만으로 ‘{label}’ 클래스를 알 수 있습니다. AUC {auc:.2f}. {family}만 보고 전체 클래스 정답률 {balanced_accuracy:.0%}, 우연은 {chance:.0%}.",
    ),
    "check.shortcut.found.number": (
        "“{label}” can be told by the {feature} ({direction}): AUC {auc:.2f}. Files may be numbered class by class.",
        "{feature}만으로({direction}) ‘{label}’ 클래스를 알 수 있습니다. AUC {auc:.2f}. 클래스별로 번호를 매긴 파일일 수 있습니다.",
    ),
    "check.shortcut.advice": (
        "Find out why the class differs: another camera, site or tool? Mend it at the source (crop borders, resize alike, collect all classes the same way), and after training look at where the model looks.",
        "왜 그 클래스만 다른지 확인하세요. 카메라, 장소, 도구가 다른가요? 원인을 고치고(테두리 자르기, 같은 크기로 맞추기, 모든 클래스를 같은 방법으로 수집), 학습한 뒤 모델이 어디를 보는지 확인하세요.",
    ),
    "check.part_drift.title": ("Parts that differ", "서로 다른 파트"),
    "check.part_drift.meaning": (
        "A classifier two-sample test (Lopez-Paz & Oquab 2017): if a classifier can tell the part of a picture, the parts were not drawn alike. Told from an AUC of 0.60 (note) and 0.70 (warning) that chance reaches in 0.1 % of data sets. No label is used.",
        "분류기를 쓴 두 표본 검정입니다(Lopez-Paz & Oquab 2017). 그림이 어느 파트인지 분류기가 맞힐 수 있으면 같은 방식으로 뽑은 파트가 아닙니다. AUC 0.60부터 참고, 0.70부터 경고이며, 우연히 나올 확률이 0.1%일 때만 알립니다. 라벨은 쓰지 않습니다.",
    ),
    "check.part_drift.found": (
        "The {part} part differs from the training part: AUC {auc:.2f} [{low:.2f}, {high:.2f}], 0.50 if drawn alike. Most by {feature} ({direction}, AUC {feature_auc:.2f} alone).",
        "{part} 파트가 학습 파트와 다릅니다. AUC {auc:.2f} [{low:.2f}, {high:.2f}], 같은 방식이면 0.50. 가장 다른 것: {feature}({direction}, 단독 AUC {feature_auc:.2f}).",
    ),
    "check.part_drift.advice": (
        "If the parts are meant to differ (other people, places, times), expect the later score to be lower and trust it. If not, split anew.",
        "일부러 다르게 만든 파트(다른 사람, 장소, 시기)라면 뒤 파트의 점수가 더 낮게 나오는 것이 맞으니 그 점수를 믿으세요. 아니라면 새로 분할하세요.",
    ),
    "check.wrong_extension.title": ("Wrong extensions", "잘못된 확장자"),
    "check.wrong_extension.meaning": (
        "The content decides how a file is read; its name says something else.",
        "파일은 내용에 따라 읽는데, 이름의 확장자가 내용과 다릅니다.",
    ),
    "check.wrong_extension.found": (
        "Files of another kind than their name says: {count}.",
        "파일 {count}개의 형식이 확장자와 다릅니다.",
    ),
    "check.wrong_extension.advice": (
        "Nothing here depends on it; rename them for tools that trust the name.",
        "여기서는 문제가 되지 않지만, 이름을 믿는 다른 도구를 위해 확장자를 고치세요.",
    ),
    "check.decode_notes.title": ("Files read in part", "일부만 읽은 파일"),
    "check.decode_notes.meaning": (
        "Of an animation only the first frame is used; a file cut short may be repaired, its missing part filled.",
        "움직이는 그림은 첫 장면만 쓰고, 잘린 파일은 빠진 부분을 채워서 복구할 수 있습니다.",
    ),
    "check.decode_notes.found.animated": (
        "Animated files, of which only the first frame is used: {count}.",
        "움직이는 그림 파일이 {count}개 있고, 첫 장면만 씁니다.",
    ),
    "check.decode_notes.found.repaired": (
        "Files cut short, whose missing part is filled: {count}.",
        "잘린 파일 {count}개의 빠진 부분을 채웠습니다.",
    ),
    "check.decode_notes.advice": (
        "Copy or download repaired files again; make sure that the first frame shows what the label says.",
        "복구한 파일은 다시 복사하거나 내려받고, 움직이는 그림은 첫 장면에 라벨의 대상이 보이는지 확인하세요.",
    ),
}
