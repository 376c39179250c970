extends TestCase
## Whom the client trusts besides those that the system trusts.

const PATH: String = "user://test_authority.pem"


func test_without_a_file_the_system_decides() -> void:
	yes(EstragonAuthority.trust("user://no_such_file.pem") == null, "no options")


func test_an_authority_in_a_file_is_trusted_and_nothing_is_switched_off() -> void:
	var crypto: Crypto = Crypto.new()
	var certificate: X509Certificate = crypto.generate_self_signed_certificate(
		crypto.generate_rsa(2048), "CN=Test,O=Estragon,C=FR"
	)
	certificate.save(PATH)
	var options: TLSOptions = EstragonAuthority.trust(PATH)
	DirAccess.remove_absolute(PATH)
	yes(options != null and options.get_trusted_ca_chain() != null, "trusted")
	yes(options != null and not options.is_unsafe_client(), "safe")
