package org.maintenancemanager.core.access;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** A range of addresses, {@code 10.1.0.0/16} or {@code 2001:db8::/32}. */
public record Network(InetAddress first, int prefix) {
    private static final Pattern FOUR_PARTS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** Empty if it is no range, or has bits of a host. */
    public static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        String digits = slash < 0 ? text : text.substring(0, slash);
        // Java would also take 1.2.3 for 1.2.0.3.
        if (digits.indexOf(':') < 0 && !FOUR_PARTS.matcher(digits).matches()) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(digits);
            int bits = address.getAddress().length * Byte.SIZE;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                return Optional.empty();
            }
            var network = new Network(address, prefix);
            return Optional.of(network).filter(Network::hasNoHostBits);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean hasNoHostBits() {
        byte[] bytes = first.getAddress();
        for (int bit = prefix; bit < bytes.length * Byte.SIZE; bit++) {
            if ((bytes[bit / Byte.SIZE] >> (7 - bit % Byte.SIZE) & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    /** @param address as digits; a name is never looked up */
    public boolean contains(String address) {
        byte[] theirs;
        try {
            theirs = InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
        byte[] ours = first.getAddress();
        if (theirs.length != ours.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((theirs[bit / Byte.SIZE] ^ ours[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
