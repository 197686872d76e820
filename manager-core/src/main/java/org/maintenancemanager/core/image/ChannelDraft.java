package org.maintenancemanager.core.image;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;

/** What people say of a channel: not checked yet. Field names are those of the API, where the image is {@code imageId}. */
public record ChannelDraft(
        @Nullable String family,
        @Nullable String name,
        @Nullable ImageId image) {
    void check(String pointer, Problems problems) {
        if (problems.present(pointer + "/family", family)) {
            problems.form(pointer + "/family", family, ImageDraft.FAMILY, ImageDraft.FAMILY_IN_WORDS);
        }
        problems.line(pointer + "/name", name, 100);
    }
}
