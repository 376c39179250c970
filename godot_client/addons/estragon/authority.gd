class_name EstragonAuthority
extends RefCounted
## A certificate authority of one's own: for a server whose certificate no public one vouches for.


## What makes [member EstragonClient.tls_options] trust the authorities in a PEM file, besides those
## that the system trusts. Null where there is no such file.
static func trust(path: String) -> TLSOptions:
	if not FileAccess.file_exists(path):
		return null
	var own: String = FileAccess.get_file_as_string(path)
	# Alone first: among others one that cannot be read is passed over without a word.
	if X509Certificate.new().load_from_string(own) != OK:
		push_error("There is no certificate in PEM in %s" % path)
		return null
	var authorities: X509Certificate = X509Certificate.new()
	authorities.load_from_string(own + "\n" + OS.get_system_ca_certificates())
	return TLSOptions.client(authorities)
