"""Addresses by which somebody could make the line ask its own machine, its network or anybody else.

`{port}` is where the tests' sink listens, on every address of this machine.
"""

from __future__ import annotations

# Meta's and Twilio's hosts, under which a hostile address may try to pass.
TRUSTED = ("graph.facebook.com", "lookaside.fbsbx.com", "api.twilio.com", "mms.twiliocdn.com")

_HERE = [  # this machine, however it is written
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "127.000.000.001", "0", "0.0.0.0", "localhost"),
    *("localhost.", "LOCALHOST", "a.localhost", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"),
    *("017700000001", "127.0.0.1.", "1２7.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]"),
    *("127.0.0.1.nip.io", "localtest.me", "customer1.app.localhost.my.company.127.0.0.1.nip.io"),
]
_NEAR = [  # the network around it, and what clouds tell of themselves
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1.254", "100.64.0.1"),
    *("169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192"),
    *("metadata.google.internal", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"),
    *("[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fc00::1]", "[fec0::1]", "[ff02::1]"),
    *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1"),
]
_DISGUISED = [  # what looks like a trusted host and is none
    *("{host}@127.0.0.1:{port}/", "{host}:x@127.0.0.1:{port}/", "{host}%40127.0.0.1:{port}/"),
    *("127.0.0.1:{port}/{host}", "127.0.0.1:{port}?{host}", "127.0.0.1:{port}#{host}"),
    *("{host}.127.0.0.1.nip.io:{port}/", "{host}.evil.pe/", "evil-{host}/", "{host}:{port}/"),
    *("{host}%00.evil.pe/", "{host}%2eevil.pe/", "{host}\\@127.0.0.1:{port}/", "{host}\t.evil.pe/"),
    *("{host}。evil.pe/", "x{host}/", "{host}./", "{host}..evil.pe/"),
]
_NO_WEB = [
    *("file:///etc/passwd", "file://localhost/etc/passwd", "file:/etc/passwd", "FILE:///etc/passwd"),
    *("gopher://127.0.0.1:{port}/_x", "ftp://127.0.0.1:{port}/", "dict://127.0.0.1:{port}/x"),
    *("ldap://127.0.0.1:{port}/", "tftp://127.0.0.1:{port}/", "sftp://127.0.0.1:{port}/"),
    *("jar:http://127.0.0.1:{port}!/", "data:text/plain,x", "javascript:alert(1)", "ws://127.0.0.1:{port}/"),
    *("", " ", "/", "//127.0.0.1:{port}/", "\\\\127.0.0.1:{port}\\", "127.0.0.1:{port}", "http:127.0.0.1"),
    *("http:///127.0.0.1:{port}/", "https://", "https://:{port}/", "http://[::1", "http://[127.0.0.1]/"),
    *("https://127.0.0.1:99999/", "https://127.0.0.1:x/", "http://\x00/", "http://a\r\nHost: b/", "x" * 5000),
]


def all_of_them(port: int) -> list[str]:
    """Every one, for a sink at this port."""
    starts = [f"{scheme}://{host}" for host in (*_HERE, *_NEAR) for scheme in ("http", "https")]
    hosts = [f"{start}{at}/x" for start in starts for at in ("", f":{port}")]
    dressed = [
        "https://" + form.replace("{host}", host).replace("{port}", str(port))
        for form in _DISGUISED
        for host in TRUSTED
    ]
    plain = [f"http://{host}/x" for host in TRUSTED]  # a trusted name without encryption
    return [*hosts, *dressed, *plain, *(address.replace("{port}", str(port)) for address in _NO_WEB)]


# What a name of a trusted host may be made to mean by a DNS that lies.
INNER_ADDRESSES = [
    *("127.0.0.1", "127.0.0.53", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::"),
    *("2002:a00:1::", "2001:0:7f00:1::", "2001:db8::1", "100::1"),
]
