class_name LayoutCheck
extends RefCounted
## Finds what is wrong with how a scene is laid out: text that is cut off, what leaves the window,
## buttons that are too small for a finger.

## The least height and width of what is to be hit, at 720 lines.
const FINGER: float = 40.0


## One sentence for each fault of what is shown.
static func faults(scene: Node) -> PackedStringArray:
	var found: PackedStringArray = PackedStringArray()
	var dialogs: Array[Node] = scene.get_tree().get_nodes_in_group(Dialog.GROUP)
	var open: Array[Node] = dialogs.filter(
		func(each: Node) -> bool: return (each as Control).is_visible_in_tree()
	)
	_look_at(scene if open.is_empty() else open[-1], found)
	return found


static func _look_at(node: Node, found: PackedStringArray) -> void:
	if node is Control and not (node as Control).is_visible_in_tree():
		return
	if node is Label:
		_look_at_label(node as Label, found)
	if node is Button:
		_look_at_button(node as Button, found)
	for child: Node in node.get_children():
		_look_at(child, found)


static func _look_at_label(label: Label, found: PackedStringArray) -> void:
	if label.autowrap_mode == TextServer.AUTOWRAP_OFF and label.clip_text:
		var font: Font = label.get_theme_font(&"font")
		var font_size: int = label.get_theme_font_size(&"font_size")
		var width: float = (
			font.get_string_size(label.text, HORIZONTAL_ALIGNMENT_LEFT, -1, font_size).x
		)
		if width > label.size.x + 1.0:
			found.append("'%s' is cut off" % label.text)
	elif label.get_visible_line_count() < label.get_line_count() and not label.text.is_empty():
		found.append("'%s' has more lines than are shown" % label.text)


static func _look_at_button(button: Button, found: PackedStringArray) -> void:
	var least: Vector2 = button.size
	if least.x < FINGER or least.y < FINGER:
		found.append("%s is %s" % [button.name, least])
	if button.clip_text:
		var font: Font = button.get_theme_font(&"font")
		var text: String = button.atr(button.text)
		var font_size: int = button.get_theme_font_size(&"font_size")
		var width: float = font.get_string_size(text, HORIZONTAL_ALIGNMENT_LEFT, -1, font_size).x
		if width > button.size.x - button.get_theme_stylebox(&"normal").get_minimum_size().x + 1.0:
			found.append("'%s' is cut off" % text)
	var window: Vector2 = button.get_viewport_rect().size
	var is_scrolled: bool = button.find_parent("Scroll") != null
	if not is_scrolled and not Rect2(Vector2.ZERO, window).encloses(button.get_global_rect()):
		found.append("%s leaves the window" % button.name)
