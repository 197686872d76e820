package org.maintenancemanager.bench;

import java.util.List;
import java.util.UUID;

/**
 * Nodes with clients of other managers, written as rows: each is known to the device API by a controller id and a token, and
 * to maintmgr.v1 by a host and a node token. They were seen before and have told their attributes, so there is nothing to do.
 */
final class Clients {
    /** Each may poll five times a second for long: together they may more often than two processors can answer. */
    static final int COUNT = 40_000;

    static final String SOFTWARE = "libcurl-agent/1.0";
    private static final String AGENT = "Edge Microvisor Toolkit platform update agent";

    private Clients() {}

    /**
     * @param family SWUPDATE or EMF
     * @param prefix of their names, one letter from g on, which no other uses
     */
    static void write(PostgresServer postgres, String database, String family, char prefix) {
        String agent = family.equals("EMF") ? AGENT : SOFTWARE;
        postgres.execute(
                database,
                List.of(
                        """
                        insert into node (tenant_id, id, name, site_id, architecture, client)
                        select s.tenant_id, gen_random_uuid(), '%s-' || n, s.id, 'x86_64', '%s'
                        from site s, generate_series(0, %d) n
                        where s.path = '%s'
                        """.formatted(
                                prefix, agent, COUNT - 1, Fleet.sitePaths().getLast()),
                        """
                        insert into node_session (tenant_id, node_id)
                        select tenant_id, id from node where name like '%s-%%'
                        """.formatted(prefix),
                        """
                        insert into node_client (tenant_id, node_id, family, user_agent, controller_id, host_guid,
                                                 attributes_wanted_at)
                        select tenant_id, id, '%s', '%s', name, cast('%d' || lpad(to_hex(substr(name, 3)::int), 31, '0') as uuid), null
                        from node where name like '%s-%%'
                        """.formatted(family, agent, digit(prefix), prefix),
                        """
                        insert into client_token (tenant_id, id, node_id, secret_sha256)
                        select tenant_id, gen_random_uuid(), id, sha256(convert_to('token-of-client-' || name, 'UTF8'))
                        from node where name like '%s-%%'
                        """.formatted(prefix),
                        """
                        insert into credential (tenant_id, id, node_id, secret_sha256)
                        select tenant_id, cast('%d' || lpad(to_hex(substr(name, 3)::int), 31, '0') as uuid), id,
                               sha256(convert_to(rpad(substr(name, 3) || '%2$s', 43, 'A'), 'UTF8'))
                        from node where name like '%2$s-%%'
                        """.formatted(digit(prefix), prefix),
                        "analyze"));
    }

    private static int digit(char prefix) {
        return prefix - 'f';
    }

    static String controllerId(char prefix, int client) {
        return prefix + "-" + client;
    }

    static String targetToken(char prefix, int client) {
        return "token-of-client-" + controllerId(prefix, client);
    }

    static UUID host(char prefix, int client) {
        String digits = digits(prefix, client);
        return UUID.fromString(digits.substring(0, 8) + "-" + digits.substring(8, 12) + "-" + digits.substring(12, 16)
                + "-" + digits.substring(16, 20) + "-" + digits.substring(20));
    }

    static String nodeToken(char prefix, int client) {
        String secret = client + String.valueOf(prefix);
        return "mmnt_" + digits(prefix, client) + "." + secret + "A".repeat(43 - secret.length());
    }

    private static String digits(char prefix, int client) {
        String hex = Integer.toHexString(client);
        return digit(prefix) + "0".repeat(31 - hex.length()) + hex;
    }
}
