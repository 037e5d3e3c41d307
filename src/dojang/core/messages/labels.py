"""What is said of labels that may be wrong, and of manifests as files."""

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.labels": (
        "Find labels that are probably wrong; correct them with --fix, compare with --against.",
        "잘못 붙은 것으로 보이는 라벨을 찾습니다. --fix로 고치고 --against로 비교합니다.",
    ),
    "cli.opt.labels_fix": (
        "Edited labels.csv: write a new manifest with its corrections",
        "수정한 labels.csv. 수정 사항을 반영한 새 매니페스트를 만듦",
    ),
    "cli.opt.against": (
        "Run before the correction: compare with it on the same images",
        "라벨을 고치기 전의 실행. 같은 이미지에서 비교함",
    ),
    "cli.opt.labels_out": (
        "File to write: the table, default labels.csv in the run folder; with --fix the manifest,"
        " default <run>-fixed.parquet",
        "쓸 파일. 기본값은 실행 폴더의 labels.csv, --fix에서는 <실행>-fixed.parquet",
    ),
    "cli.opt.top": (
        "How many of the worst labels to print; default: 10, with --json all",
        "출력할 의심 라벨의 수. 기본값: 10, --json에서는 전부",
    ),
    "labels.judged_folds": (
        "{n} labels judged by models that did not learn from them (out of fold); {rest} could not"
        " be judged. The test part was not looked at.",
        "라벨 {n}개를, 그 라벨로 학습하지 않은 모델의 예측(OOF)으로 판정했습니다. 판정하지 못한"
        " 라벨은 {rest}개입니다. 테스트 파트는 보지 않았습니다.",
    ),
    "labels.judged_valid": (
        "Only the {n} labels of the validation part could be judged; the model learnt from the"
        " other {rest}. Train with --set split.kind=kfold to judge all. The test part was not"
        " looked at.",
        "검증 파트의 라벨 {n}개만 판정할 수 있었습니다. 나머지 {rest}개는 모델이 학습에 썼습니다."
        " 모두 판정하려면 --set split.kind=kfold로 학습하세요. 테스트 파트는 보지 않았습니다.",
    ),
    "labels.answer": (
        "Probable label errors: {n}. Estimated share of wrong labels: {share} [{low}, {high}]."
        " Worth a look by cleanlab's filter: {flagged}.",
        "라벨 오류로 보이는 이미지: {n}장. 추정 오류율: {share} [{low}, {high}]."
        " cleanlab 기준으로 확인해 볼 이미지: {flagged}장.",
    ),
    "labels.unclear": (
        "That interval is too wide to rely on: the model is too weak or the labels are too few."
        " Train longer or judge more images.",
        "신뢰구간이 너무 넓어 믿고 쓰기 어렵습니다. 모델이 약하거나 라벨이 너무 적습니다. 더 오래"
        " 학습하거나 더 많은 이미지를 판정하세요.",
    ),
    "labels.conflicts": (
        "{n} images have a near-duplicate with another label: one of the two is wrong.",
        "거의 같은 이미지인데 라벨이 다른 것이 {n}장 있습니다. 둘 중 하나는 틀린 라벨입니다.",
    ),
    "labels.worst": (
        "The {n} worst: chance of being wrong, label → suggestion, image",
        "가장 의심스러운 {n}개: 틀렸을 확률, 현재 라벨 → 제안 라벨, 이미지",
    ),
    "labels.gallery": ("Gallery: {path}", "갤러리: {path}"),
    "labels.csv": ("Table to edit: {path}", "수정할 표: {path}"),
    "labels.kept": (
        "Table to edit: {path} (it holds decisions, so it was left as it was)",
        "수정할 표: {path} (이미 적어 둔 결정이 있어 그대로 두었습니다)",
    ),
    "labels.next": (
        "Write accept, drop or ? into the column action, or a class into new_label; leave the rest"
        " empty. Then: dojang labels {run} --fix {path}",
        "action 열에 수락, 제외, ? 중 하나를 적거나 new_label 열에 클래스를 적으세요. 나머지는 비워"
        " 두면 됩니다. 그다음: dojang labels {run} --fix {path}",
    ),
    "labels.fixed": (
        "{changed} labels changed, {dropped} images left out, {samples} images in the new manifest:"
        " {path}. Images and the old run are as they were.",
        "라벨 {changed}개를 바꾸고 이미지 {dropped}장을 뺐습니다. 새 매니페스트의 이미지는"
        " {samples}장입니다: {path}. 이미지와 기존 실행은 그대로입니다.",
    ),
    "labels.unsure": (
        "{n} rows are marked ? and keep their label.",
        "?로 표시한 {n}개 행은 라벨을 그대로 둡니다.",
    ),
    "labels.retrain": (
        "Train on it with the same recipe: {command}",
        "같은 레시피로 다시 학습하려면: {command}",
    ),
    "labels.compared": (
        "{new} against {old}, on the same {n} held-out images, by the labels of {new}"
        " ({relabelled} of them corrected):",
        "{new:과/와} {old:을/를} 비교했습니다. 두 실행 모두 학습에 쓰지 않은 같은 이미지 {n}장을"
        " {new}의 라벨(수정된 라벨 {relabelled}개)로 평가했습니다:",
    ),
    "labels.gain": (
        "{metric}: {before} before, {after} after: {verdict}",
        "{metric}: 수정 전 {before}, 수정 후 {after}. {verdict}",
    ),
    "labels.verdict.better": (
        "better by {points} points {interval}",
        "{points}%p 좋아졌습니다 {interval}",
    ),
    "labels.verdict.worse": (
        "worse by {points} points {interval}",
        "{points}%p 나빠졌습니다 {interval}",
    ),
    "labels.verdict.same": (
        "the same for practical purposes {interval}",
        "사실상 같습니다 {interval}",
    ),
    "labels.verdict.unclear": (
        "cannot be told apart {interval}",
        "차이가 있다고 말할 수 없습니다 {interval}",
    ),
    "labels.caveat": (
        "Labels that were corrected at the old model's suggestion agree with it: that favours the"
        " old run a little.",
        "기존 모델의 제안을 따라 고친 라벨은 기존 모델의 예측과 같습니다. 그만큼 기존 실행에 조금"
        " 유리한 비교입니다.",
    ),
    # Errors
    "labels.options": (
        "These options do not go together: {options}.",
        "함께 쓸 수 없는 옵션입니다: {options}.",
    ),
    "labels.options.fix": (
        "Use --fix with --out, --against alone, or neither of the two.",
        "--fix는 --out과 함께, --against는 단독으로 쓰거나 둘 다 쓰지 마세요.",
    ),
    "labels.no_predictions": (
        "{path} has no held-out predictions yet, by which labels could be judged.",
        "{path}에는 라벨을 판정할 검증 예측이 아직 없습니다.",
    ),
    "labels.no_predictions.fix": (
        "Finish the training first: dojang resume {path}",
        "먼저 학습을 끝내세요: dojang resume {path}",
    ),
    "labels.nothing": (
        "None of the held-out predictions has a label to judge.",
        "검증 예측 가운데 판정할 라벨이 있는 것이 없습니다.",
    ),
    "labels.not_parquet": (
        "{path} is no Parquet file; a manifest is written as Parquet.",
        "{path:은/는} Parquet 파일이 아닙니다. 매니페스트는 Parquet으로만 씁니다.",
    ),
    "labels.not_parquet.fix": (
        "Give a name that ends in .parquet.",
        ".parquet로 끝나는 이름을 주세요.",
    ),
    "labels.bad_table": (
        "The table {path} lacks columns:",
        "표 {path}에 필요한 열이 없습니다:",
    ),
    "labels.bad_table.fix": (
        "Start from the labels.csv that dojang labels wrote.",
        "dojang labels가 만든 labels.csv에서 시작하세요.",
    ),
    "labels.no_column": ("{column}", "{column}"),
    "labels.bad_rows": (
        "{count} rows of {path} cannot be used:",
        "{path}에서 쓸 수 없는 행이 {count}개 있습니다:",
    ),
    "labels.bad_rows.fix": (
        "Correct these rows; nothing was written.",
        "이 행들을 고치세요. 아직 아무것도 쓰지 않았습니다.",
    ),
    "labels.row_id": (
        "row {row}: no image {name} outside the test part.{hint}",
        "{row}행: 테스트 파트 밖에 {name} 이미지가 없습니다.{hint}",
    ),
    "labels.row_stale": (
        "row {row}: {name} has the label {label} in this run, not {written}",
        "{row}행: 이 실행에서 {name}의 라벨은 {written:이/가} 아니라 {label}입니다",
    ),
    "labels.row_action": (
        "row {row}: {name}: unknown action {action}; known: {known}",
        "{row}행: {name}: {action:은/는} 알 수 없는 동작입니다. 쓸 수 있는 값: {known} (수락, 제외 등)",
    ),
    "labels.row_both": (
        "row {row}: {name} has both the action {action} and the new label {label}",
        "{row}행: {name}에 동작 {action:과/와} 새 라벨 {label:이/가} 함께 있습니다",
    ),
    "labels.row_no_suggestion": (
        "row {row}: {name} has no suggestion to accept",
        "{row}행: {name}에는 수락할 제안이 없습니다",
    ),
    "labels.row_class": (
        "row {row}: {name}: the run has no class {label}.{hint}",
        "{row}행: {name}: 이 실행에 {label} 클래스가 없습니다.{hint}",
    ),
    "labels.row_conflict": (
        "row {row}: {name} was decided otherwise in row {first}",
        "{row}행: {name:은/는} {first}행에서 다르게 결정했습니다",
    ),
    "labels.nothing_decided": (
        "The table changes nothing: no row has an action or a new label that differs.",
        "바뀌는 것이 없습니다. 동작이나 다른 새 라벨을 적은 행이 없습니다.",
    ),
    "labels.nothing_decided.fix": (
        "Write accept, drop or a class into the rows that you looked at, and save the table.",
        "확인한 행에 수락, 제외 또는 클래스를 적고 표를 저장하세요.",
    ),
    "labels.small_classes": (
        "Classes would be left with too few images outside the test part:",
        "테스트 파트를 뺀 이미지가 너무 적게 남는 클래스가 있습니다:",
    ),
    "labels.small_classes.fix": (
        "Keep at least two images of each class, or leave the class out of the data.",
        "클래스마다 이미지를 두 장 이상 남기거나, 데이터에서 그 클래스를 빼세요.",
    ),
    "labels.small_class": ("{label}: {n} left", "{label}: {n}장 남음"),
    # Manifest files
    "manifest.columns": (
        "{path} is a manifest and has its own columns:",
        "{path:은/는} 매니페스트라서 열이 정해져 있습니다:",
    ),
    "manifest.columns.fix": (
        "Leave these settings out.",
        "이 설정을 빼세요.",
    ),
    "manifest.column": (
        "{field} has no meaning here",
        "여기에서는 {field:을/를} 쓸 수 없습니다",
    ),
    "manifest.source_gone": (
        "The manifest {path} has its images in {root}, and nothing is there.",
        "매니페스트 {path}의 이미지는 {root}에 있어야 하는데, 거기에 아무것도 없습니다.",
    ),
    "manifest.source_gone.fix": (
        "Put the images back there, or make the manifest again from a run on the new place.",
        "이미지를 그 자리에 되돌려 놓거나, 새 위치의 데이터로 학습한 실행에서 다시 만드세요.",
    ),
    "manifest.changed": (
        "{count} files in {path} are not those of the manifest:",
        "{path}의 파일 {count}개가 매니페스트와 다릅니다:",
    ),
    "manifest.changed.fix": (
        "Put the files back, or make a new manifest from the data as they are.",
        "파일을 되돌려 놓거나, 지금의 데이터로 새로 시작하세요.",
    ),
    "manifest.changed_file": (
        "{name}: the content has changed",
        "{name}: 내용이 바뀌었음",
    ),
    "manifest.row": (
        "row {row} has no id or no SHA-256",
        "{row}행에 id나 SHA-256이 없음",
    ),
    "manifest.row_twice": (
        "row {row}: {name} is there twice",
        "{row}행: {name:이/가} 두 번 나옴",
    ),
    # The page
    "labels.page.title": ("Labels of {name}", "{name}의 라벨 점검"),
    "labels.page.kind": ("Label review", "라벨 점검"),
    "labels.page.probable": ("probable label errors", "라벨 오류로 보이는 이미지"),
    "labels.page.of": ("of {n} judged labels", "판정한 라벨 {n}개 중"),
    "labels.page.share": (
        "estimated share of wrong labels",
        "추정 라벨 오류율",
    ),
    "labels.page.interval": ("95 % interval {low} to {high}", "95% 신뢰구간 {low} ~ {high}"),
    "labels.page.flagged": ("worth a look", "확인해 볼 것"),
    "labels.page.conflicts": ("in conflict with a copy", "복사본과 라벨 충돌"),
    "labels.page.clean": (
        "No label is more likely wrong than right.",
        "틀렸을 가능성이 더 큰 라벨은 없습니다.",
    ),
    "labels.page.partial": (
        "Only the validation part could be judged: the model learnt from the other {rest} labels."
        " Train with split.kind=kfold to judge all.",
        "검증 파트만 판정했습니다. 나머지 라벨 {rest}개는 모델이 학습에 썼습니다. 모두 판정하려면"
        " split.kind=kfold로 학습하세요.",
    ),
    "labels.page.unjudged": (
        "{rest} labels could not be judged: their fold has not been trained.",
        "라벨 {rest}개는 해당 폴드를 아직 학습하지 않아 판정하지 못했습니다.",
    ),
    "labels.page.pairs": ("Which classes are mixed up", "어떤 클래스가 뒤섞였나"),
    "labels.page.pairs.lead": (
        "The probable errors by label and by what the model sees instead.",
        "오류로 보이는 라벨을, 현재 라벨과 모델이 본 클래스별로 셌습니다.",
    ),
    "labels.page.given": ("Label", "현재 라벨"),
    "labels.page.suggested": ("Suggested", "제안 라벨"),
    "labels.page.agrees": ("the label itself", "현재 라벨과 같음"),
    "labels.page.images": ("Images", "이미지 수"),
    "labels.page.worst": ("Probable errors, the worst first", "오류로 보이는 라벨 (의심스러운 순)"),
    "labels.page.worst.lead": (
        "Each of these labels is more likely wrong than right, as far as the model can tell."
        " Decide by the picture.",
        "모델이 보기에 맞을 가능성보다 틀렸을 가능성이 큰 라벨입니다. 그림을 보고 결정하세요.",
    ),
    "labels.page.cut": (
        "{n} more are in the table.",
        "나머지 {n}개는 표에 있습니다.",
    ),
    "labels.page.next": ("Next in line", "그다음으로 의심스러운 라벨"),
    "labels.page.next.lead": (
        "These labels are more likely right than wrong; hard images stand here too.",
        "맞을 가능성이 더 큰 라벨입니다. 어려운 이미지도 섞여 있습니다.",
    ),
    "labels.page.wrong": ("error {share}", "오류 확률 {share}"),
    "labels.page.copies": (
        "a near-duplicate is labelled {names}",
        "거의 같은 이미지의 라벨: {names}",
    ),
    "labels.page.rivals": (
        "Near-duplicates with different labels",
        "거의 같은데 라벨이 다른 이미지",
    ),
    "labels.page.rivals.lead": (
        "The same picture cannot belong to two classes: at least one label of each is wrong,"
        " whatever the model says.",
        "같은 그림이 두 클래스일 수는 없습니다. 모델의 판단과 관계없이 적어도 하나는 틀린"
        " 라벨입니다.",
    ),
    "labels.page.other": ("Label of its copy", "복사본의 라벨"),
    "labels.page.alt": (
        "{id}, labelled {label}",
        "{id}, 라벨 {label}",
    ),
    "labels.page.no_image": ("cannot be read any more", "더 이상 읽을 수 없음"),
    "labels.page.do": ("What to do", "이제 할 일"),
    "labels.page.do.edit": (
        "Open the table and write accept, drop or ? into the column action, or a class into"
        " new_label. Rows left empty keep their label.",
        "표를 열어 action 열에 수락, 제외, ? 중 하나를 적거나 new_label 열에 클래스를 적으세요."
        " 비워 둔 행은 라벨이 그대로입니다.",
    ),
    "labels.page.do.fix": (
        "Make a new manifest; images and this run stay as they are.",
        "새 매니페스트를 만드세요. 이미지와 이 실행은 그대로입니다.",
    ),
    "labels.page.do.compare": (
        "Train on it, then see whether it helped, on the same images.",
        "다시 학습한 뒤, 같은 이미지에서 나아졌는지 확인하세요.",
    ),
    "labels.page.how": (
        "The order is the probability that the model gives to the label (cleanlab's"
        " self-confidence), lowest first. The share is estimated from a mixture of right labels and"
        " random ones; errors between classes that look alike are counted too low. Test labels were"
        " not looked at.",
        "순서는 모델이 현재 라벨에 준 확률(cleanlab의 self-confidence)이 낮은 순입니다. 오류율은"
        " 맞는 라벨과 무작위 라벨의 혼합 모형으로 추정하며, 서로 닮은 클래스끼리의 오류는 실제보다"
        " 적게 잡힙니다. 테스트 파트의 라벨은 보지 않았습니다.",
    ),
}
