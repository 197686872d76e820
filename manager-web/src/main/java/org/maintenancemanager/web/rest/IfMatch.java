package org.maintenancemanager.web.rest;

/**
 * The version that the caller last saw, from the {@code If-Match} header; a parameter of handler methods. Without the
 * header the call is refused, so nobody overwrites what they have not seen.
 */
public record IfMatch(long version) {}
