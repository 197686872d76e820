package org.maintenancemanager.core.image;

/** What was measured while an artifact came in. SHA-1 and MD5 are for old clients only; nothing here trusts them. */
public record ArtifactDigests(long size, String sha256, String sha1, String md5) {}
