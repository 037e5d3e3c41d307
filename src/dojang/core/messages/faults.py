"""What is said of what went wrong in training and how it goes on."""

MESSAGES: dict[str, tuple[str, str]] = {
    "schedule.by_clock": (
        "The learning rate cannot follow the clock: no two runs would be the same",
        "학습률은 시계를 따를 수 없습니다. 실행할 때마다 결과가 달라집니다",
    ),
    "schedule.by_clock.fix": (
        "Give these in epochs or steps, such as 5ep or 400st.",
        "5ep나 400st처럼 에폭이나 스텝으로 적으세요.",
    ),
    "schedule.wall_time": ("{field} is {value}", "{field}: {value}"),
}
