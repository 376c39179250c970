class_name Colours
extends RefCounted
## Colours that mean something, in a choice for each way of seeing them: ask [method of] whenever
## one is drawn, and again at [signal Settings.colours_changed].

## What there is to choose from: the usual ones; for who sees red and green alike; blue and yellow.
const CHOICES: Array[StringName] = [&"usual", &"red_green", &"blue_yellow"]
## What they mean, in each choice. good: it is well; bad: something is wrong; own: the player;
## other: all others; chased: who is it; goal: where to go.
const BY_CHOICE: Dictionary[StringName, Dictionary] = {
	&"usual":
	{
		&"good": Color(0.655, 0.816, 0.549),
		&"bad": Color(0.941, 0.647, 0.541),
		&"own": Color(0.953, 0.855, 0.502),
		&"other": Color(1.0, 0.965, 0.867),
		&"chased": Color(0.937, 0.412, 0.353),
		&"goal": Color(0.545, 0.82, 0.42),
	},
	&"red_green":
	{
		&"good": Color(0.45, 0.76, 1.0),
		&"bad": Color(1.0, 0.68, 0.2),
		&"own": Color(0.98, 0.9, 0.3),
		&"other": Color(1.0, 0.965, 0.867),
		&"chased": Color(1.0, 0.6, 0.1),
		&"goal": Color(0.35, 0.68, 1.0),
	},
	&"blue_yellow":
	{
		&"good": Color(0.4, 0.88, 0.86),
		&"bad": Color(1.0, 0.5, 0.5),
		&"own": Color(1.0, 0.62, 0.55),
		&"other": Color(0.92, 1.0, 1.0),
		&"chased": Color(1.0, 0.36, 0.36),
		&"goal": Color(0.3, 0.9, 0.85),
	},
}
## Labels of the theme that have such a colour.
const LABELS: Dictionary[StringName, StringName] = {
	&"OnlineLabel": &"good",
	&"ErrorLabel": &"bad",
	&"OwnNameLabel": &"own",
	&"NameLabel": &"other",
	&"BigNameLabel": &"own",
}
## Theirs. Loaded when it is needed: at the very first import its fonts are no resources yet.
const THEME: String = "res://theme/theme.tres"

static var _choice: StringName = CHOICES[0]


## The colour of what is meant, white for a meaning that is not known.
static func of(meaning: StringName) -> Color:
	return BY_CHOICE[_choice].get(meaning, Color.WHITE)


## Chooses, for the whole game.
static func choose(choice: StringName) -> void:
	_choice = choice if BY_CHOICE.has(choice) else CHOICES[0]
	var theme: Theme = load(THEME)
	for label: StringName in LABELS:
		theme.set_color(&"font_color", label, of(LABELS[label]))
