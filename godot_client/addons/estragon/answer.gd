class_name EstragonAnswer
extends RefCounted
## What came of a request of [EstragonAccount].

## Why it was not to be; null where it was.
var refusal: EstragonRefusal = null
## For AUTH, once and within a minute; empty where none was asked for.
var ticket: String = ""
## All that the server said.
var data: Dictionary = {}
## The same, as it came.
var body: PackedByteArray = PackedByteArray()


## True where it was done.
func is_done() -> bool:
	return refusal == null


## True where it was refused for that reason, an ErrorCode.
func is_refused_with(code: int) -> bool:
	return refusal != null and refusal.code == code
