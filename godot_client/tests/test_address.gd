extends TestCase
## What people type as an address.


func test_addresses_become_urls() -> void:
	var expected: Dictionary[String, String] = {
		"127.0.0.1": "ws://127.0.0.1:8000/ws",
		" localhost:9000 ": "ws://localhost:9000/ws",
		"[::1]": "ws://[::1]:8000/ws",
		"[::1]:9000": "ws://[::1]:9000/ws",
		"https://play.example.org": "wss://play.example.org/ws",
		"wss://play.example.org/ws": "wss://play.example.org/ws",
		"HTTP://play.example.org:81/": "ws://play.example.org:81/ws",
		"play.example.org/estragon": "ws://play.example.org:8000/estragon/ws",
		"": "",
		"not an address": "",
	}
	for typed: String in expected:
		equal(EstragonAddress.websocket_url(typed), expected[typed], typed)


func test_the_menu_asks_over_http() -> void:
	equal(EstragonAddress.server_info_url("a.org"), "http://a.org:8000/api/server", "plain")
	equal(EstragonAddress.server_info_url("wss://a.org/ws"), "https://a.org/api/server", "safe")
	equal(EstragonAddress.server_info_url("  "), "", "nothing")
