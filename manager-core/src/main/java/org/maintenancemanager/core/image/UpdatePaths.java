package org.maintenancemanager.core.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.PathRules.Forbidden;

/**
 * How nodes come to one image: at once, or through other releases of its family and architecture, each of which is an update of
 * its own. A release can be installed from another when that is not below its floor, it does not forbid it, and no barrier
 * lies in between. Of all ways the one with the fewest steps is taken, and of those the one that goes furthest first, so that
 * the same question always has the same answer.
 *
 * <p>What is worked out is kept: there are only as many answers as releases and kinds of hardware.
 */
public final class UpdatePaths {
    private static final int UNREACHED = Integer.MAX_VALUE;

    private final Release target;
    private final List<Release> others;
    private final Map<ImageId, ImageFacts> images = new HashMap<>();
    private final Set<String> hardware = new HashSet<>();
    private final boolean plain;
    private final Map<String, Chain> chains = new ConcurrentHashMap<>();
    private final Map<Source, Route> routes = new ConcurrentHashMap<>();

    /** An image with what it asks of those who install it. */
    public record Release(ImageFacts image, PathRules rules) {
        private long counter() {
            return image.releaseCounter();
        }

        private boolean isBarrier() {
            return rules.barrier();
        }

        private @Nullable Obstacle refuses(long running) {
            Forbidden forbidden = rules.forbids(running);
            if (forbidden != null) {
                return new ForbiddenSource(image, running, String.valueOf(forbidden.reason()));
            }
            Long floor = rules.floor();
            return floor != null && running < floor ? new BelowFloor(image, running, floor) : null;
        }
    }

    /** @param hardware null: of no kind that any release names */
    private record Source(@Nullable Long running, @Nullable String hardware) {}

    /**
     * The way from a release.
     *
     * @param steps images to be installed one after the other, the last of them the target; none where there is no way
     * @param obstacle what stands in the way; null where there is one
     */
    public record Route(List<ImageFacts> steps, @Nullable Obstacle obstacle) {
        public Route {
            steps = List.copyOf(steps);
        }

        /** What to install next; null where there is no way. */
        public @Nullable ImageFacts next() {
            return steps.isEmpty() ? null : steps.getFirst();
        }
    }

    /** Why there is no way. */
    public sealed interface Obstacle {}

    /** It is not known what the node runs, and it matters. */
    public record UnknownSource(ImageFacts image) implements Obstacle {}

    public record ForbiddenSource(ImageFacts image, long running, String reason) implements Obstacle {}

    public record BelowFloor(ImageFacts image, long running, long floor) implements Obstacle {}

    private UpdatePaths(Release target, List<Release> others, Collection<ImageFacts> images) {
        this.target = target;
        this.others = others;
        images.forEach(image -> this.images.put(image.id(), image));
        this.images.put(target.image().id(), target.image());
        others.forEach(release -> hardware.addAll(release.image().hardware()));
        plain = target.rules().floor() == null
                && target.rules().forbidden().isEmpty()
                && others.stream().noneMatch(Release::isBarrier);
    }

    /** To an image that can be installed from anywhere. */
    public static UpdatePaths direct(ImageFacts image) {
        return new UpdatePaths(new Release(image, PathRules.NONE), List.of(), List.of());
    }

    /** @param releases of the same family and architecture, whether they are a step on the way or not */
    public static UpdatePaths to(Release target, Collection<Release> releases) {
        List<Release> others = releases.stream()
                .filter(release -> release.image().state() == ImageState.PUBLISHED
                        && release.counter() < target.counter()
                        && release.image().family().equals(target.image().family())
                        && release.image().architecture().equals(target.image().architecture()))
                .sorted(Comparator.comparingLong(Release::counter)
                        .thenComparing(release -> release.image().id().value()))
                .toList();
        return new UpdatePaths(
                target, others, releases.stream().map(Release::image).toList());
    }

    /** Whether everybody goes there at once. */
    public boolean isPlain() {
        return plain;
    }

    public ImageFacts target() {
        return target.image();
    }

    /** The target, or a release that may be a step to it; null if it is unknown. */
    public @Nullable ImageFacts image(ImageId id) {
        return images.get(id);
    }

    /** The kinds of hardware that releases on the way name: all others are alike. */
    public Set<String> hardware() {
        return Set.copyOf(hardware);
    }

    /**
     * The way that a node takes.
     *
     * @param running release counter of what it runs; null: unknown
     */
    public Route route(@Nullable Long running, @Nullable String hardware) {
        if (plain) {
            return new Route(List.of(target.image()), null);
        }
        String kind = hardware != null && this.hardware.contains(hardware) ? hardware : null;
        return routes.computeIfAbsent(new Source(running, kind), source -> work(source.running(), source.hardware()));
    }

    private Route work(@Nullable Long running, @Nullable String kind) {
        Chain chain = chains.computeIfAbsent(kind == null ? "" : kind, any -> new Chain(kind));
        if (running == null) {
            boolean matters = target.rules().floor() != null
                    || !target.rules().forbidden().isEmpty()
                    || chain.hasBarrier();
            return matters
                    ? new Route(List.of(), new UnknownSource(target.image()))
                    : new Route(List.of(target.image()), null);
        }
        if (running >= target.counter()) {
            Obstacle obstacle = target.refuses(running);
            return new Route(obstacle == null ? List.of(target.image()) : List.of(), obstacle);
        }
        List<ImageFacts> steps = new ArrayList<>();
        long at = running;
        while (at < target.counter()) {
            int next = chain.next(at, 0);
            if (next < 0) {
                return new Route(List.of(), chain.obstacle(running));
            }
            Release step = chain.releases.get(next);
            steps.add(step.image());
            at = step.counter();
        }
        return new Route(steps, null);
    }

    /** The releases that a kind of hardware can run, the target last, with how many steps are left from each. */
    private final class Chain {
        private final List<Release> releases;
        private final int[] left;

        Chain(@Nullable String kind) {
            List<Release> usable = new ArrayList<>();
            for (Release release : others) {
                Set<String> fits = release.image().hardware();
                if (fits.isEmpty() || kind != null && fits.contains(kind)) {
                    usable.add(release);
                }
            }
            usable.add(target);
            releases = List.copyOf(usable);
            left = new int[releases.size()];
            left[left.length - 1] = 0;
            for (int i = left.length - 2; i >= 0; i--) {
                left[i] = UNREACHED;
                int next = next(releases.get(i).counter(), i + 1);
                left[i] = next < 0 ? UNREACHED : left[next] + 1;
            }
        }

        boolean hasBarrier() {
            return releases.stream().limit(releases.size() - 1L).anyMatch(Release::isBarrier);
        }

        /** The place of the release to be installed next; -1 if none leads to the target. */
        int next(long running, int from) {
            int best = -1;
            long barrier = Long.MAX_VALUE;
            for (int i = from; i < releases.size(); i++) {
                Release release = releases.get(i);
                if (release.counter() <= running) {
                    continue;
                }
                if (release.counter() > barrier) {
                    break;
                }
                if (left[i] != UNREACHED && release.refuses(running) == null && (best < 0 || left[i] <= left[best])) {
                    best = i;
                }
                if (release.isBarrier()) {
                    barrier = release.counter();
                }
            }
            return best;
        }

        /** What stands first in the way, seen from a release from which there is none. */
        Obstacle obstacle(long running) {
            Release wanted = target;
            for (Release release : releases) {
                if (release.counter() > running && release.counter() < wanted.counter() && release.isBarrier()) {
                    wanted = release;
                    break;
                }
            }
            Obstacle refusal = wanted.refuses(running);
            if (refusal != null) {
                return refusal;
            }
            // It can be reached, and leads nowhere.
            return obstacle(wanted.counter());
        }
    }
}
