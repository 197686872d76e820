package org.maintenancemanager.web.emf;

import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.grpc.maintmgr.MaintmgrServiceGrpc;
import org.maintenancemanager.api.grpc.maintmgr.OSProfileUpdateSource;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusRequest;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusResponse;
import org.maintenancemanager.api.grpc.maintmgr.SingleSchedule;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus.StatusType;

/**
 * Does what the platform update agent does: repeats its level, compares nothing but the digest, ignores answers that lack a
 * part, drops its job on an empty schedule, keeps in memory alone what it has downloaded, begins by its own clock, and
 * catches up on a window that has begun only when more than ten minutes of it are left.
 */
final class EmfAgent {
    private static final long TEN_MINUTES = 600;

    private final MaintmgrServiceGrpc.MaintmgrServiceBlockingStub service;
    private final String guid;

    StatusType level = StatusType.STATUS_TYPE_UP_TO_DATE;
    String detail = "";
    String runs = "";

    @Nullable
    SingleSchedule job;

    @Nullable
    String offered;

    @Nullable
    String downloaded;

    /** What it was sent, in its order, each only when it was another than before; null is the empty one. */
    final List<@Nullable SingleSchedule> schedules = new ArrayList<>();

    /** Where a job was changed into another, or into that of another image, without an empty schedule between. */
    final List<String> jumps = new ArrayList<>();

    EmfAgent(Channel channel, String guid, String bearer) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + bearer);
        this.service = MaintmgrServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        this.guid = guid;
    }

    /** The same agent, which speaks to another manager now. */
    EmfAgent movedTo(Channel channel, String bearer) {
        var moved = new EmfAgent(channel, guid, bearer);
        moved.level = level;
        moved.detail = detail;
        moved.runs = runs;
        moved.job = job;
        moved.offered = offered;
        moved.downloaded = downloaded;
        return moved;
    }

    PlatformUpdateStatusResponse call() {
        return service.platformUpdateStatus(PlatformUpdateStatusRequest.newBuilder()
                .setHostGuid(guid)
                .setUpdateStatus(UpdateStatus.newBuilder()
                        .setStatusType(level)
                        .setStatusDetail(detail)
                        .setOsUpdateAvailable(offered == null ? "" : offered))
                .build());
    }

    void poll() {
        PlatformUpdateStatusResponse answer = call();
        if (!answer.hasUpdateSource()
                || !answer.hasUpdateSchedule()
                || !answer.hasOsProfileUpdateSource()
                || answer.getOsType() != PlatformUpdateStatusResponse.OSType.OS_TYPE_IMMUTABLE) {
            return;
        }
        OSProfileUpdateSource source = answer.getOsProfileUpdateSource();
        String before = offered;
        offered = source.getOsImageSha().equals(runs) ? null : source.getOsImageSha();
        SingleSchedule next = answer.getUpdateSchedule().hasSingleSchedule()
                ? answer.getUpdateSchedule().getSingleSchedule()
                : null;
        if (schedules.isEmpty() || !Objects.equals(schedules.getLast(), next)) {
            schedules.add(next);
        }
        boolean keeps = Objects.equals(job, next) && Objects.equals(before, offered);
        if (job != null && next != null && !keeps) {
            jumps.add("%s of %s -> %s of %s".formatted(job, before, next, offered));
        }
        job = next;
    }

    /** What it does when its clock shows this. */
    void act(Instant now) {
        SingleSchedule due = job;
        String image = offered;
        if (due == null || image == null || image.isEmpty()) {
            return;
        }
        switch (level) {
            case STATUS_TYPE_UP_TO_DATE, STATUS_TYPE_UPDATED, STATUS_TYPE_FAILED -> {
                detail = "";
                level = StatusType.STATUS_TYPE_DOWNLOADING;
            }
            case STATUS_TYPE_DOWNLOADING -> {
                downloaded = image;
                level = StatusType.STATUS_TYPE_DOWNLOADED;
            }
            case STATUS_TYPE_DOWNLOADED -> {
                if (!image.equals(downloaded)) {
                    level = StatusType.STATUS_TYPE_DOWNLOADING;
                    return;
                }
                boolean begins = due.getStartSeconds() <= now.getEpochSecond()
                        && due.getEndSeconds() > now.getEpochSecond() + TEN_MINUTES;
                if (begins) {
                    level = StatusType.STATUS_TYPE_STARTED;
                }
            }
            default -> {}
        }
    }

    /** It comes up with what it installed. */
    void restartIntoTheNewImage() {
        runs = String.valueOf(downloaded);
        forget();
        level = StatusType.STATUS_TYPE_UPDATED;
        detail = "{\"UpdateLog\":[{\"StatusDetail.Status\":\"SUCCESS\",\"Version\":\"x\"}]}";
    }

    /** It comes up with what it ran before. */
    void fallBack(String reason) {
        forget();
        level = StatusType.STATUS_TYPE_FAILED;
        detail = "{\"update_log\":[{\"status_detail.status\":\"FAIL\",\"failure_reason\":\"%s\"}]}".formatted(reason);
    }

    void forget() {
        job = null;
        offered = null;
        downloaded = null;
        level = StatusType.STATUS_TYPE_UP_TO_DATE;
    }
}
