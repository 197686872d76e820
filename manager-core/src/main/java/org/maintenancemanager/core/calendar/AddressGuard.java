package org.maintenancemanager.core.calendar;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Keeps addresses that people give from leading into the manager's own network: a calendar's address could as well be that of
 * a database, or of a cloud's metadata. The names are resolved once, checked, and exactly what was checked is connected to.
 */
final class AddressGuard implements DnsResolver {
    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    private final Set<String> allowed;

    /** @param allowed {@code host} or {@code host:port} to which none of this applies: calendars within the own network */
    AddressGuard(List<String> allowed) {
        this.allowed = new HashSet<>();
        allowed.forEach(host -> this.allowed.add(host.strip().toLowerCase(Locale.ROOT)));
    }

    /** @throws Refused if the address is none that may be fetched, whatever its host resolves to */
    void check(URI uri) throws Refused {
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null) {
            throw new Refused("The address names no host, or a user.");
        }
        boolean http = "http".equalsIgnoreCase(uri.getScheme());
        if (!http && !"https".equalsIgnoreCase(uri.getScheme())) {
            throw new Refused("The address is none of https.");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : http ? HTTP : HTTPS;
        if (isAllowed(host, port)) {
            return;
        }
        if (http) {
            throw new Refused(
                    "The address is not encrypted: use https, or let the operator allow host %s.".formatted(host));
        }
        if (port != HTTPS) {
            throw new Refused("Port %d is not allowed; expected %d, or let the operator allow %s:%d."
                    .formatted(port, HTTPS, host, port));
        }
    }

    private boolean isAllowed(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return allowed.contains(name) || allowed.contains(name + ":" + port);
    }

    private boolean isAllowed(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return allowed.stream().anyMatch(one -> one.equals(name) || one.startsWith(name + ":"));
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] found = InetAddress.getAllByName(host);
        if (isAllowed(host)) {
            return found;
        }
        InetAddress[] open = Arrays.stream(found).filter(AddressGuard::isPublic).toArray(InetAddress[]::new);
        if (open.length == 0) {
            throw new UnknownHostException(
                    "Host %s is in a private network, which the operator has not allowed.".formatted(host));
        }
        return open;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublic4(bytes) : isPublic6(bytes);
    }

    private static boolean isPublic4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        boolean thisNetwork = first == 0;
        boolean carrier = first == 100 && second >= 64 && second < 128;
        boolean special = first == 192 && second == 0 && ((bytes[2] & 0xff) == 0 || (bytes[2] & 0xff) == 2);
        boolean benchmarks = first == 198 && (second == 18 || second == 19);
        boolean documentation = first == 198 && second == 51 && (bytes[2] & 0xff) == 100
                || first == 203 && second == 0 && (bytes[2] & 0xff) == 113;
        boolean reserved = first >= 240;
        return !thisNetwork && !carrier && !special && !benchmarks && !documentation && !reserved;
    }

    /** Only what is routed in the internet, 2000::/3, and there nothing that hides an address of the old kind. */
    private static boolean isPublic6(byte[] bytes) {
        boolean global = (bytes[0] & 0xe0) == 0x20;
        boolean sixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
        boolean special = bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] == 0 || bytes[2] == 1);
        boolean documentation = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && (bytes[3] & 0xff) == 0xb8;
        return global && !sixToFour && !special && !documentation;
    }

    /** The message is a sentence for the person who gave the address. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String sentence) {
            super(sentence);
        }
    }
}
