extends TestCase
## Servers on the local network: what is asked, and which answers are believed.

const PORT: int = 1234

var _search: LocalSearch = null
var _found: Array[String] = []
var _lost: Array[String] = []


func test_the_question_is_the_one_of_the_protocol() -> void:
	var number: PackedByteArray = "00010203 04050607".replace(" ", "").hex_decode()
	var asked: PackedByteArray = LocalSearch.question(number)
	equal(asked.size(), 256, "bytes")
	equal(asked.slice(0, 14).hex_encode(), "455354510100" + "0001020304050607", "its beginning")
	equal(asked.slice(14), _zeros(242), "and zeros")


func test_who_answers_is_found_once_and_lost_when_silent() -> void:
	var server: PacketPeerUDP = _start()
	var asked: PackedByteArray = await _receive(server)
	equal(asked, LocalSearch.question(asked.slice(6, 14)), "the question")
	for _time: int in 2:
		server.put_packet(_answer(asked.slice(6, 14), "Годо"))
	await until(func() -> bool: return not _found.is_empty())
	equal(_found, ["127.0.0.1:%d Годо" % PORT], "found")
	_search._process(LocalSearch.FORGET_SECONDS + 0.1)
	equal(_lost, ["127.0.0.1:%d" % PORT], "lost")
	_stop(server)


func test_an_answer_over_tls_says_so_in_its_address() -> void:
	var server: PacketPeerUDP = _start()
	var asked: PackedByteArray = await _receive(server)
	var answer: PackedByteArray = _answer(asked.slice(6, 14), "")
	answer[5] = 1
	server.put_packet(answer)
	await until(func() -> bool: return not _found.is_empty())
	equal(_found, ["https://127.0.0.1:%d " % PORT], "found")
	_stop(server)


func test_what_is_no_answer_to_this_question_is_nothing() -> void:
	var server: PacketPeerUDP = _start()
	var number: PackedByteArray = (await _receive(server)).slice(6, 14)
	var good: PackedByteArray = _answer(number, "Годо")
	for size: int in good.size() - 1:
		server.put_packet(good.slice(0, size))
	for wrong: PackedByteArray in [
		LocalSearch.question(number),
		_answer(_zeros(8), "Vladimir"),
		_answer(number, "Long".repeat(60)),
		_answer(number, "no port", 0),
		_zeros(5000)
	]:
		server.put_packet(wrong)
	var not_text: PackedByteArray = good.duplicate()
	not_text[-7] = 0xFF
	server.put_packet(not_text)
	server.put_packet(_answer(number, "Lucky"))
	await until(func() -> bool: return not _found.is_empty())
	equal(_found, ["127.0.0.1:%d Lucky" % PORT], "only the last")
	_stop(server)


func _start() -> PacketPeerUDP:
	var server: PacketPeerUDP = PacketPeerUDP.new()
	server.bind(0, "127.0.0.1")
	LocalSearch.hosts = PackedStringArray(["127.0.0.1"])
	LocalSearch.port = server.get_local_port()
	_search = LocalSearch.new()
	_search.found.connect(
		func(address: String, name: String) -> void: _found.append("%s %s" % [address, name])
	)
	_search.lost.connect(func(address: String) -> void: _lost.append(address))
	tree.root.add_child(_search)
	_search.start()
	return server


func _stop(server: PacketPeerUDP) -> void:
	server.close()
	_search.free()
	LocalSearch.hosts.clear()


func _receive(server: PacketPeerUDP) -> PackedByteArray:
	await until(func() -> bool: return server.get_available_packet_count() > 0)
	var asked: PackedByteArray = server.get_packet()
	server.set_dest_address(server.get_packet_ip(), server.get_packet_port())
	return asked


func _answer(number: PackedByteArray, name: String, port: int = PORT) -> PackedByteArray:
	var writer: StreamPeerBuffer = StreamPeerBuffer.new()
	writer.big_endian = true
	writer.put_data("ESTA".to_ascii_buffer() + PackedByteArray([1, 0]) + number)
	for value: int in [port, 3, 20]:
		writer.put_u16(value)
	writer.put_data(PackedByteArray([1, 1, 0, 1, name.to_utf8_buffer().size()]))
	writer.put_data(name.to_utf8_buffer())
	writer.put_data(PackedByteArray([5]) + "0.1.0".to_ascii_buffer())
	return writer.data_array


func _zeros(count: int) -> PackedByteArray:
	var bytes: PackedByteArray = PackedByteArray()
	bytes.resize(count)
	return bytes
