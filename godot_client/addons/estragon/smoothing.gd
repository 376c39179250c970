class_name EstragonSmoothing
extends RefCounted
## How the picture of somebody who was drawn in the wrong place slides over to the right one.
##
## Only the picture slides. What is left of the way shrinks by a factor of e with each tick: after
## three of them, 150 ms, one twentieth is left.

## What is further off than this is not slid over, in 1/1024 tile.
const MAX_SLIDE: float = 3.0 * EstragonCodec.UNITS_PER_TILE
## What is nearer than this is there.
const NEAR: float = 1.0


## What is left of [param offset] after so many ticks.
static func less(offset: Vector2, ticks: float) -> Vector2:
	var left: Vector2 = offset * exp(-ticks)
	return left if left.length_squared() > NEAR * NEAR else Vector2.ZERO


## [param offset], or none where it is too far to slide.
static func within(offset: Vector2) -> Vector2:
	return offset if offset.length_squared() <= MAX_SLIDE * MAX_SLIDE else Vector2.ZERO
