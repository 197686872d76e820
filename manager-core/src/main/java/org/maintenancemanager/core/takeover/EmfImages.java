package org.maintenancemanager.core.takeover;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImport;
import org.maintenancemanager.api.admin.EmfImportItem;
import org.maintenancemanager.api.admin.EmfImportKind;
import org.maintenancemanager.core.image.Image;
import org.maintenancemanager.core.image.ImageDraft;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.query.FieldProblem;
import org.springframework.stereotype.Component;

/** Makes drafts of images of operating systems that are written whole. */
@Component
class EmfImages {
    private static final String[] ID = {"resourceId", "osResourceID", "osResourceId"};
    private static final Pattern PIECE = Pattern.compile("\\d+|\\D+");

    private final Images images;

    EmfImages(Images images) {
        this.images = images;
    }

    private record Candidate(OldItem item, String family, String version, String architecture, String sha256) {
        Key key() {
            return new Key(family, architecture, version);
        }
    }

    private record Key(String family, String architecture, String version) {}

    List<EmfImportItem> take(EmfImport wanted) {
        List<EmfImportItem> items = new ArrayList<>();
        List<Candidate> candidates = new ArrayList<>();
        List<Map<String, Object>> systems = EmfTakeover.given(wanted.operatingSystems());
        for (int i = 0; i < systems.size(); i++) {
            OldItem item = OldItem.of(EmfImportKind.IMAGE, systems.get(i), "/operatingSystems/" + i, ID);
            String refusal = refusal(item);
            if (refusal == null) {
                candidates.add(candidate(item, wanted));
            } else {
                items.add(item.notKept(refusal));
            }
        }
        // The release counter has to grow with the version: older ones first.
        candidates.sort(Comparator.comparing(Candidate::version, EmfImages::inOrder)
                .thenComparing(candidate -> candidate.item().from()));
        Map<String, Image> bySha256 = new HashMap<>();
        Map<Key, Image> byKey = new HashMap<>();
        Map<String, Image> newest = new HashMap<>();
        images.related(
                        candidates.stream().map(Candidate::family).toList(),
                        candidates.stream().map(Candidate::sha256).toList())
                .forEach(image -> {
                    bySha256.putIfAbsent(image.sha256(), image);
                    byKey.put(new Key(image.family(), image.architecture(), image.version()), image);
                    newest.merge(
                            image.family(),
                            image,
                            (one, other) -> one.releaseCounter() >= other.releaseCounter() ? one : other);
                });
        Map<String, Long> counters = new HashMap<>();
        newest.forEach((family, image) -> counters.put(family, image.releaseCounter()));
        List<Candidate> drafted = new ArrayList<>();
        List<ImageDraft> drafts = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Image here = bySha256.get(candidate.sha256());
            Image other = byKey.get(candidate.key());
            if (here != null) {
                items.add(candidate.item().existed(here.id().value(), name(here.family(), here.version())));
                continue;
            }
            if (other != null
                    || drafted.stream()
                            .anyMatch(before -> before.key().equals(candidate.key())
                                    || before.sha256().equals(candidate.sha256()))) {
                items.add(candidate
                        .item()
                        .notKept("There is an image %s already, with other bytes or under another profile."
                                .formatted(name(candidate.family(), candidate.version()))));
                continue;
            }
            Image before = newest.get(candidate.family());
            long counter = counters.merge(candidate.family(), 1L, (most, one) -> most + one);
            ImageDraft draft = draft(candidate, counter, wanted);
            List<FieldProblem> problems = draft.problems();
            if (!problems.isEmpty()) {
                items.add(candidate
                        .item()
                        .notKept("As an image its %s %s."
                                .formatted(
                                        problems.getFirst().pointer().substring(1),
                                        problems.getFirst().message())));
                continue;
            }
            if (before != null && inOrder(candidate.version(), before.version()) < 0) {
                candidate
                        .item()
                        .lose(
                                "profileVersion",
                                "It is older than %s, which is here already, but has the higher release counter %d: check it."
                                        .formatted(before.version(), counter));
            }
            drafted.add(candidate);
            drafts.add(draft);
        }
        if (!drafts.isEmpty()) {
            List<Image> created = images.create(drafts);
            for (int i = 0; i < drafted.size(); i++) {
                OldItem item = drafted.get(i).item();
                tellLosses(item);
                Image image = created.get(i);
                items.add(item.made(image.id().value(), name(image.family(), image.version())));
            }
        }
        return items;
    }

    private static String name(String family, String version) {
        return family + " " + version;
    }

    private static @Nullable String refusal(OldItem item) {
        String type = item.text("osType");
        if (type != null && !type.endsWith("IMMUTABLE")) {
            return "Its osType is %s: only systems that are written whole are images here.".formatted(type);
        }
        if (item.text("sha256") == null) {
            return "It has no sha256, by which agents know an image.";
        }
        if (item.text("imageUrl", "repoUrl") == null) {
            return "It has no imageUrl, so nodes could not fetch it.";
        }
        if (item.text("profileName", "name") == null) {
            return "It has neither profileName nor name.";
        }
        if (item.text("profileVersion", "imageId") == null) {
            return "It has neither profileVersion nor imageId, so it has no version.";
        }
        return null;
    }

    private static Candidate candidate(OldItem item, EmfImport wanted) {
        String profile = Objects.requireNonNull(item.text("profileName", "name"));
        String version = Objects.requireNonNull(item.text("profileVersion", "imageId"));
        String family = profile.replaceAll("[^A-Za-z0-9._+-]+", "-").replaceAll("^[^A-Za-z0-9]+|-+$", "");
        if (!family.equals(profile)) {
            item.lose("profileName", "%s is the family %s here.".formatted(OldItem.quoted(profile), family));
        }
        return new Candidate(
                item,
                family,
                version.replaceAll("[^A-Za-z0-9._+:~-]+", "-"),
                Architectures.of(item.text("architecture"), wanted),
                Objects.requireNonNull(item.text("sha256")).toLowerCase(Locale.ROOT));
    }

    private static ImageDraft draft(Candidate candidate, long counter, EmfImport wanted) {
        OldItem item = candidate.item();
        return new ImageDraft(
                candidate.family(),
                candidate.version(),
                counter,
                candidate.architecture(),
                null,
                null,
                candidate.sha256(),
                null,
                null,
                url(Objects.requireNonNull(item.text("imageUrl", "repoUrl")), wanted.releaseServer()),
                null,
                null,
                null,
                item.text("description"));
    }

    /** The old manager's agents put their release server before a path; here it is kept whole, and told as its path. */
    private static String url(String said, @Nullable String server) {
        if (server == null || said.startsWith("https://") || said.startsWith("http://")) {
            return said;
        }
        return server.replaceAll("/+$", "") + "/" + said.replaceAll("^/+", "");
    }

    private static void tellLosses(OldItem item) {
        item.lose(null, "Its size is not known: set sizeBytes, and publish it.");
        item.loseIfSaid("kernelCommand", "An image is written as it is: its kernel command line is part of it.");
        item.loseIfSaid("updateSources", "An image is written as it is, not updated by packages.");
        item.loseIfSaid("platformBundle", "Provisioning is not this manager's.");
        item.loseIfSaid(
                "fixedCves", "Say the CVE numbers that it fixes in fixedCves, where they decide about urgency.");
    }

    /** Numbers in it by their value: 3.0.9 comes before 3.0.10. */
    static int inOrder(String one, String other) {
        Matcher ones = PIECE.matcher(one);
        Matcher others = PIECE.matcher(other);
        while (true) {
            boolean more = ones.find();
            if (!others.find()) {
                return more ? 1 : 0;
            }
            if (!more) {
                return -1;
            }
            String piece = ones.group();
            String otherPiece = others.group();
            boolean numbers = isNumber(piece) && isNumber(otherPiece);
            int order =
                    numbers ? new BigInteger(piece).compareTo(new BigInteger(otherPiece)) : piece.compareTo(otherPiece);
            if (order != 0) {
                return order;
            }
        }
    }

    private static boolean isNumber(String piece) {
        return Character.isDigit(piece.charAt(0)) && piece.length() <= 100;
    }
}
