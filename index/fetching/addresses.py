"""The addresses of the internet that a page may be fetched from.

`ip_address(…).is_global` is not enough: on Python 3.11 it is true for multicast, for NAT64 and 6to4
addresses that lead to private ones, and for 192.0.0.0/24, and `is_private` is false for 100.64.0.0/10.
"""

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PRIVATE_4 = tuple(
    map(
        IPv4Network,
        """
        0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
        192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
        198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4""".split(),
    )
)
# Outside 2000::/3 nothing is public: there lie loopback, link-local, unique local and multicast addresses,
# and the mapped, compatible and NAT64 forms of IPv4 ones.
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(
    IPv6Network(block)
    for block in ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]
)


def is_public(address: Address) -> bool:
    """Tells whether an address is one that anybody on the internet could reach."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in _PRIVATE_4)
    return address.is_global and address in _GLOBAL_6 and not any(address in block for block in _SPECIAL_6)


def is_allowed(address: Address, allowed: Collection[Network] = ()) -> bool:
    """Tells whether a page may be fetched from an address: a public one, or one of the networks allowed."""
    return is_public(address) or any(
        address in network for network in allowed if network.version == address.version
    )


def resolved(host: str, port: int) -> list[Address]:
    """Every address of a host, in the order to try them. Raises OSError where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a name that cannot be written for the name servers
        raise OSError(f"{host!r} is not the name of a host") from error
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
