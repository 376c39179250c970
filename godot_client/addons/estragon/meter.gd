class_name EstragonMeter
extends RefCounted
## How much a session sends and reads, and how long it takes to read a snapshot.
##
## All are sums since the game began: whoever shows them takes the difference over a time.

## Bytes that were sent, without what WebSocket and TCP add.
var bytes_sent: int = 0
## Bytes that came, likewise.
var bytes_received: int = 0
## WORLD_STATEs that came.
var snapshots: int = 0
## How long it took to read the messages with WORLD_STATEs and to bring the world up to date, in
## microseconds.
var snapshot_usec: int = 0
## The longest that it took for one.
var slowest_snapshot_usec: int = 0

var _begun_usec: int = 0
var _read_usec: int = 0


## Reading begins.
func begin(bytes: int = 0) -> void:
	bytes_received += bytes
	_begun_usec = Time.get_ticks_usec()


## A message was read.
func end() -> void:
	_read_usec = Time.get_ticks_usec() - _begun_usec


## A WORLD_STATE of that message is in the world.
func end_snapshot() -> void:
	var usec: int = Time.get_ticks_usec() - _begun_usec + _read_usec
	_read_usec = 0
	snapshots += 1
	snapshot_usec += usec
	slowest_snapshot_usec = maxi(slowest_snapshot_usec, usec)
