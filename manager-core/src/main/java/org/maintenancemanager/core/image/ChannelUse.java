package org.maintenancemanager.core.image;

/** Whoever follows channels, and has to act when one points to another image. A call, not an event: it must be true at once. */
public interface ChannelUse {
    /** Called in the transaction that changed the channel, after its row was locked and written. */
    void channelMoved(Channel channel);
}
