package org.maintenancemanager.simulator;

/**
 * Counts since the fleet was started in this process.
 *
 * @param enrolled nodes that have a credential now, kept ones included
 * @param polls polls that were answered
 * @param reports single reports that were answered, each resend counted again
 * @param downloads downloads that were complete and verified
 * @param downloadedBytes bytes received, those of cut downloads included
 * @param confirmed updates that ended in CONFIRMED
 * @param rolledBack updates that ended in ROLLED_BACK
 * @param failed updates that ended in FAILED
 * @param retries calls to be repeated: the manager was busy, or not reached; lost replies included
 * @param errors calls that the manager refused, and nodes that stopped by a mistake of the simulator's own
 * @param silent nodes that fell silent after a permit
 */
public record FleetStatistics(
        int nodes,
        long enrolled,
        long polls,
        long reports,
        long downloads,
        long downloadedBytes,
        long confirmed,
        long rolledBack,
        long failed,
        long retries,
        long errors,
        long silent) {}
