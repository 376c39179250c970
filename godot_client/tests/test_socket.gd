extends TestCase
## The way to a server, on a real socket.


func test_what_is_sent_into_a_broken_line_is_lost_without_a_complaint() -> void:
	var server: SocketDouble = SocketDouble.new()
	var socket: EstragonSocket = EstragonSocket.new()
	tree.root.add_child(server)
	tree.root.add_child(socket)
	var codes: Array[int] = []
	socket.closed.connect(codes.append)
	socket.open("127.0.0.1:%d" % server.listen(), 0.0)
	var is_open: Callable = func() -> bool:
		socket.poll(0.0)
		return socket.is_open
	yes(await until(is_open), "open")
	server.vanish()
	for message: int in 5:
		socket.send(EstragonCodec.Ping.new().encode())
		OS.delay_msec(5)  # For the kernel to learn from the first that nobody is there.
	yes(not socket.is_ready(), "the line is found broken")
	socket.poll(0.0)
	equal(codes, [0] as Array[int], "told once, as a loss")
	socket.free()
	server.free()
