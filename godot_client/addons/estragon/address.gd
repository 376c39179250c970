class_name EstragonAddress
extends RefCounted
## What people type as a server's address, made into URLs.

## The port of a server whose address names neither a scheme nor a port.
const DEFAULT_PORT: int = 8000


## Where the protocol is spoken: "127.0.0.1" gives "ws://127.0.0.1:8000/ws", "https://a.org" gives
## "wss://a.org/ws". Empty where nothing was typed.
static func websocket_url(address: String) -> String:
	var base: String = _base(address)
	return "" if base.is_empty() else "ws" + base.trim_prefix("http") + "/ws"


## Where the server says what it has to offer, as JSON.
static func server_info_url(address: String) -> String:
	return http_url(address, "/api/server")


## A page of the server's, by the same line as the protocol: "https" with "wss". Empty where nothing
## was typed.
static func http_url(address: String, path: String) -> String:
	var base: String = _base(address)
	return "" if base.is_empty() else base + path


## The same for all ways to write a server's address.
static func key(address: String) -> String:
	return _base(address).to_lower()


## The address with "http://" or "https://" before it, without a slash at its end.
static func _base(address: String) -> String:
	var text: String = address.strip_edges()
	var scheme: String = ""
	for each: String in ["http://", "https://", "ws://", "wss://"]:
		if text.to_lower().begins_with(each):
			scheme = "https://" if each in ["https://", "wss://"] else "http://"
			text = text.substr(each.length())
	text = text.trim_suffix("/").trim_suffix("/ws").trim_suffix("/")
	if text.is_empty() or " " in text:
		return ""
	if scheme.is_empty():
		return "http://" + _with_port(text)
	return scheme + text


static func _with_port(text: String) -> String:
	var host: String = text.get_slice("/", 0)
	var port_at: int = host.rfind(":")
	if port_at > host.rfind("]") and port_at >= 0:
		return text
	return "%s:%d%s" % [host, DEFAULT_PORT, text.substr(host.length())]
