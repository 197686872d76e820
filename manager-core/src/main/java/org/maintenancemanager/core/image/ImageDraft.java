package org.maintenancemanager.core.image;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.Problems;

/** What people say of an image: not checked yet, so anything may be missing. Field names are those of the API. */
public record ImageDraft(
        @Nullable String family,
        @Nullable String version,
        @Nullable Long releaseCounter,
        @Nullable String architecture,
        @Nullable List<String> hardware,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        @Nullable String sha1,
        @Nullable String md5,
        @Nullable String url,
        @Nullable String signatureEnvelope,
        @Nullable Severity severity,
        @Nullable List<String> fixedCves,
        @Nullable String notes,
        @Nullable PathRules path) {
    static final Pattern FAMILY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,99}");
    static final String FAMILY_IN_WORDS = "1 to 100 of A-Z a-z 0-9 . _ + -, the first a letter or digit";

    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+:~-]{0,99}");
    private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");
    private static final Pattern HARDWARE = Pattern.compile("[^\\p{Cc}\\s]([^\\p{Cc}]{0,98}[^\\p{Cc}\\s])?");
    private static final Pattern CVE = Pattern.compile("CVE-[0-9]{4}-[0-9]{4,19}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    private static final int MAX_URL = 2048;
    private static final int MAX_NOTES = 16_384;
    private static final int MAX_ENVELOPE = 65_536;
    private static final int MAX_HARDWARE = 100;
    private static final int MAX_CVES = 1000;

    /** Of an image that can be installed from anywhere. */
    public ImageDraft(
            @Nullable String family,
            @Nullable String version,
            @Nullable Long releaseCounter,
            @Nullable String architecture,
            @Nullable List<String> hardware,
            @Nullable Long sizeBytes,
            @Nullable String sha256,
            @Nullable String sha1,
            @Nullable String md5,
            @Nullable String url,
            @Nullable String signatureEnvelope,
            @Nullable Severity severity,
            @Nullable List<String> fixedCves,
            @Nullable String notes) {
        this(
                family,
                version,
                releaseCounter,
                architecture,
                hardware,
                sizeBytes,
                sha256,
                sha1,
                md5,
                url,
                signatureEnvelope,
                severity,
                fixedCves,
                notes,
                PathRules.NONE);
    }

    /** What is wrong with it; none: it can be an image. */
    public List<FieldProblem> problems() {
        var problems = new Problems();
        check("", problems);
        return problems.all();
    }

    /** Adds what is wrong, below {@code pointer}. */
    void check(String pointer, Problems problems) {
        if (problems.present(pointer + "/family", family)) {
            problems.form(pointer + "/family", family, FAMILY, FAMILY_IN_WORDS);
        }
        if (problems.present(pointer + "/version", version)) {
            problems.form(
                    pointer + "/version",
                    version,
                    VERSION,
                    "1 to 100 of A-Z a-z 0-9 . _ + : ~ -, the first a letter or digit");
        }
        if (problems.present(pointer + "/releaseCounter", releaseCounter)) {
            problems.range(pointer + "/releaseCounter", releaseCounter, 0, Long.MAX_VALUE);
        }
        if (problems.present(pointer + "/architecture", architecture)) {
            problems.form(
                    pointer + "/architecture",
                    architecture,
                    ARCHITECTURE,
                    "1 to 50 of A-Z a-z 0-9 . _ -, such as x86_64 or aarch64");
        }
        problems.forms(
                pointer + "/hardware",
                hardware,
                MAX_HARDWARE,
                HARDWARE,
                "a hardware name of 1 to 100 letters on one line, without blanks at its ends");
        problems.range(pointer + "/sizeBytes", sizeBytes, 1, Long.MAX_VALUE);
        if (problems.present(pointer + "/sha256", sha256)) {
            problems.form(pointer + "/sha256", sha256, SHA256, digest("SHA-256", 64, sha256));
        }
        problems.form(pointer + "/sha1", sha1, SHA1, digest("SHA-1", 40, sha1));
        problems.form(pointer + "/md5", md5, MD5, digest("MD5", 32, md5));
        checkUrl(pointer + "/url", problems);
        problems.text(pointer + "/signatureEnvelope", signatureEnvelope, MAX_ENVELOPE);
        problems.forms(pointer + "/fixedCves", fixedCves, MAX_CVES, CVE, "a CVE number such as CVE-2026-12345");
        problems.text(pointer + "/notes", notes, MAX_NOTES);
        if (path != null) {
            path.check(pointer + "/path", releaseCounter, problems);
        }
    }

    private static String digest(String algorithm, int length, @Nullable String found) {
        return "the %s in %d small hex digits; found %d characters"
                .formatted(algorithm, length, found == null ? 0 : found.length());
    }

    private void checkUrl(String pointer, Problems problems) {
        if (url == null || !problems.text(pointer, url, MAX_URL)) {
            return;
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            problems.add(pointer, "cannot be read as a URL at position " + (e.getIndex() + 1) + ": " + e.getReason());
            return;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            problems.add(pointer, "must start with http:// or https://");
            return;
        }
        if (uri.getRawUserInfo() != null) {
            // Every node would get it, and every log would show it.
            problems.add(pointer, "must hold no user name or password");
            return;
        }
        if (uri.getHost() == null || uri.getHost().isEmpty() || uri.getPort() > 65_535 || uri.getPort() == 0) {
            problems.add(pointer, "must name a host, and a port from 1 to 65535 if any");
            return;
        }
        if (uri.getRawFragment() != null) {
            problems.add(pointer, "must have no fragment (#...)");
        }
    }

    /** The same, with what was measured. */
    ImageDraft withDigests(ArtifactDigests digests) {
        return new ImageDraft(
                family,
                version,
                releaseCounter,
                architecture,
                hardware,
                digests.size(),
                digests.sha256(),
                digests.sha1(),
                digests.md5(),
                url,
                signatureEnvelope,
                severity,
                fixedCves,
                notes,
                path);
    }

    /** Whether what nodes are sent differs, rather than what people are told. */
    boolean differsInContent(ImageDraft other) {
        return !withTold(null, null, null).equals(other.withTold(null, null, null));
    }

    private ImageDraft withTold(@Nullable Severity severity, @Nullable List<String> fixedCves, @Nullable String notes) {
        return new ImageDraft(
                family,
                version,
                releaseCounter,
                architecture,
                hardware == null ? List.of() : hardware,
                sizeBytes,
                sha256,
                sha1,
                md5,
                url,
                signatureEnvelope,
                severity,
                fixedCves,
                notes);
    }
}
