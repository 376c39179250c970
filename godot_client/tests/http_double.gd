class_name HttpDouble
extends Node
## A web server that answers every request with what a test has prepared.

## The answers still to be given, in order: [status, body]. Afterwards nobody answers any more.
var answers: Array[Array] = []
## What was asked: [method and path, bearer token, body].
var asked: Array[Array] = []

var _server: TCPServer = TCPServer.new()
var _callers: Dictionary[StreamPeerTCP, String] = {}


## Listens; gives the address.
func listen() -> String:
	_server.listen(0, "127.0.0.1")
	return "127.0.0.1:%d" % _server.get_local_port()


func _process(_delta: float) -> void:
	while _server.is_connection_available():
		_callers[_server.take_connection()] = ""
	for caller: StreamPeerTCP in _callers.keys():
		caller.poll()
		if caller.get_status() != StreamPeerTCP.STATUS_CONNECTED:
			_callers.erase(caller)
			continue
		var waiting: int = caller.get_available_bytes()
		if waiting > 0:
			_callers[caller] += caller.get_utf8_string(waiting)
			_answer(caller, _callers[caller])


func _answer(caller: StreamPeerTCP, request: String) -> void:
	var end: int = request.find("\r\n\r\n")
	if end < 0:
		return
	var lines: PackedStringArray = request.left(end).split("\r\n")
	var headers: Dictionary[String, String] = {}
	for line: String in lines.slice(1):
		headers[line.get_slice(": ", 0).to_lower()] = line.substr(line.find(": ") + 2)
	var body: String = request.substr(end + 4)
	if body.to_utf8_buffer().size() < int(headers.get("content-length", "0")):
		return
	_callers[caller] = ""
	var bearer: String = headers.get("authorization", "").trim_prefix("Bearer ")
	asked.append([lines[0].trim_suffix(" HTTP/1.1"), bearer, body])
	if answers.is_empty():
		caller.disconnect_from_host()
		_callers.erase(caller)
		return
	var answer: Array = answers.pop_front()
	var text: String = answer[1]
	var head: String = (
		"HTTP/1.1 %d Whatever\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: %d\r\n\r\n"
		% [answer[0], text.to_utf8_buffer().size()]
	)
	caller.put_data((head + text).to_utf8_buffer())
