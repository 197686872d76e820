package org.maintenancemanager.core.image;

/** Whoever uses images and has to act when one is withdrawn. A call, not an event: it must be true at once. */
public interface ImageUse {
    /** Called in the transaction of the withdrawal, after the image's row was locked and changed. */
    void imageWithdrawn(Image image);
}
