package org.facestream.ingest.source.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Addresses at which no camera is expected: metadata addresses, where clouds provide credentials,
 * and link-local addresses, which include further such addresses. An IPv4 address is also
 * recognised inside an IPv6 address, because gateways translate it.
 */
final class ReservedAddresses {
  /** Of AWS, Azure, Google, Oracle, Alibaba, Tencent, Scaleway and OpenStack. */
  private static final Set<InetAddress> METADATA =
      Stream.of(
              "169.254.169.254",
              "169.254.170.2",
              "169.254.170.23",
              "169.254.42.42",
              "169.254.0.23",
              "168.63.129.16",
              "100.100.100.200",
              "fd00:ec2::254",
              "fd00:ec2::23",
              "fd20:ce::254",
              "fd00:42::42",
              "fd00:c1::a9fe:a9fe",
              "fe80::a9fe:a9fe")
          .map(ReservedAddresses::literal)
          .collect(Collectors.toUnmodifiableSet());

  private ReservedAddresses() {}

  /** Whether it is a metadata address. The scope of an address is ignored. */
  static boolean isMetadata(InetAddress address) {
    // The last four bytes with any prefix, because each site chooses its prefix for NAT64.
    byte[] bytes = address.getAddress();
    return METADATA.contains(address)
        || embedded(bytes).stream().anyMatch(METADATA::contains)
        || (bytes.length == 16 && METADATA.contains(at(bytes, 12)));
  }

  /** Whether it is reached without a router, or its IPv4 address would be. */
  static boolean isLinkLocal(InetAddress address) {
    return address.isLinkLocalAddress()
        || embedded(address.getAddress()).stream().anyMatch(InetAddress::isLinkLocalAddress);
  }

  /** The IPv4 addresses in one of IPv6; a mapped one is one of IPv4 to Java already. */
  private static List<InetAddress> embedded(byte[] bytes) {
    if (bytes.length != 16) {
      return List.of();
    }
    boolean compatible = begins(bytes, 12);
    boolean nat64 = begins(bytes, 12, 0, 0x64, 0xff, 0x9b);
    boolean localNat64 = begins(bytes, 6, 0, 0x64, 0xff, 0x9b, 0, 1);
    boolean sixToFour = begins(bytes, 2, 0x20, 0x02);
    if (compatible || nat64 || localNat64) {
      return List.of(at(bytes, 12));
    }
    return sixToFour ? List.of(at(bytes, 2)) : List.of();
  }

  /** Whether an address starts with these bytes and continues with zeros. */
  private static boolean begins(byte[] bytes, int count, int... first) {
    for (int i = 0; i < count; i++) {
      if ((bytes[i] & 0xff) != (i < first.length ? first[i] : 0)) {
        return false;
      }
    }
    return true;
  }

  private static InetAddress at(byte[] bytes, int start) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, start, start + 4));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("four bytes are an address", impossible);
    }
  }

  private static InetAddress literal(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(address, impossible);
    }
  }
}
