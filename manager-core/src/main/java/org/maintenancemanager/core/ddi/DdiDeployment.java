package org.maintenancemanager.core.ddi;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ImageFacts;

/**
 * An action with its image.
 *
 * @param sha1 null: nobody said it, and the image is not stored here; the same for md5
 * @param stored whether the manager has the bytes; otherwise they are at the image's URL
 */
public record DdiDeployment(
        int action,
        DdiTask.Handling handling,
        String fileName,
        ImageFacts image,
        @Nullable String sha1,
        @Nullable String md5,
        boolean stored) {}
