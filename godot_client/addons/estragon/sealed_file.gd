class_name EstragonSealedFile
extends RefCounted
## Text in a file that only this machine can read: encrypted, and readable for its owner alone where
## the system knows such a thing.
##
## The key is made of the machine's own number and of random bytes in a file beside it, so that a
## copy of the one file is of no use to anybody. Whoever may read all of a player's files on their
## own machine can read it nevertheless; no game can help that.

const IV_BYTES: int = 16
const MAC_BYTES: int = 32
const KEY_BYTES: int = 32
const OWNER_ONLY: int = FileAccess.UNIX_READ_OWNER | FileAccess.UNIX_WRITE_OWNER


## What was written there; empty where nothing was, or where it is damaged or another machine's.
static func read(path: String) -> String:
	var sealed: PackedByteArray = FileAccess.get_file_as_bytes(path)
	var body_end: int = sealed.size() - MAC_BYTES
	if body_end < IV_BYTES * 2 or body_end % IV_BYTES != 0:
		return ""
	var keys: Array[PackedByteArray] = _keys(path)
	var body: PackedByteArray = sealed.slice(0, body_end)
	var crypto: Crypto = Crypto.new()
	var mac: PackedByteArray = crypto.hmac_digest(HashingContext.HASH_SHA256, keys[1], body)
	if not crypto.constant_time_compare(mac, sealed.slice(body_end)):
		return ""
	var aes: AESContext = AESContext.new()
	aes.start(AESContext.MODE_CBC_DECRYPT, keys[0], body.slice(0, IV_BYTES))
	var padded: PackedByteArray = aes.update(body.slice(IV_BYTES))
	aes.finish()
	return padded.slice(0, padded.size() - padded[-1]).get_string_from_utf8()


## Puts the text in the place of what was there; false where that cannot be. A crash leaves the old
## or the new one, nothing between.
static func write(path: String, text: String) -> bool:
	var crypto: Crypto = Crypto.new()
	var keys: Array[PackedByteArray] = _keys(path)
	var iv: PackedByteArray = crypto.generate_random_bytes(IV_BYTES)
	var aes: AESContext = AESContext.new()
	aes.start(AESContext.MODE_CBC_ENCRYPT, keys[0], iv)
	var body: PackedByteArray = iv + aes.update(_padded(text.to_utf8_buffer()))
	aes.finish()
	body.append_array(crypto.hmac_digest(HashingContext.HASH_SHA256, keys[1], body))
	return _replace(path, body)


## Up to whole blocks; each byte added says how many they are, as in PKCS #7.
static func _padded(bytes: PackedByteArray) -> PackedByteArray:
	var missing: int = IV_BYTES - bytes.size() % IV_BYTES
	for _index: int in missing:
		bytes.append(missing)
	return bytes


## One to encrypt with, one to know one's own writing by.
static func _keys(path: String) -> Array[PackedByteArray]:
	var secret: PackedByteArray = _random_bytes(path + ".key")
	secret.append_array(OS.get_unique_id().to_utf8_buffer())
	var crypto: Crypto = Crypto.new()
	var keys: Array[PackedByteArray] = []
	for purpose: String in ["encrypt", "recognise"]:
		keys.append(
			crypto.hmac_digest(HashingContext.HASH_SHA256, secret, purpose.to_utf8_buffer())
		)
	return keys


static func _random_bytes(path: String) -> PackedByteArray:
	var bytes: PackedByteArray = FileAccess.get_file_as_bytes(path)
	if bytes.size() != KEY_BYTES:
		bytes = Crypto.new().generate_random_bytes(KEY_BYTES)
		_replace(path, bytes)
	return bytes


static func _replace(path: String, bytes: PackedByteArray) -> bool:
	var draft: String = path + ".new"
	var file: FileAccess = FileAccess.open(draft, FileAccess.WRITE)
	if file == null:
		return false
	# Before anything secret is in it. Where the system has no such permissions, this does nothing.
	FileAccess.set_unix_permissions(draft, OWNER_ONLY)
	var stored: bool = file.store_buffer(bytes)
	file.close()
	return stored and DirAccess.rename_absolute(draft, path) == OK
