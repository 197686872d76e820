package org.maintenancemanager.web.emf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusResponse;
import org.maintenancemanager.api.grpc.maintmgr.SingleSchedule;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus.StatusType;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Host;
import org.maintenancemanager.web.testing.Plant.Release;

/** The agent of Edge Microvisor Toolkit, with its quirks, against a running manager. */
class EmfTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final Plant plant = new Plant(manager);
    private final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
            .usePlaintext()
            .build();

    private final List<EmfAgent> agents = new ArrayList<>();

    @AfterEach
    void closeTheChannel() {
        channel.shutdownNow();
    }

    @AfterEach
    void noAgentWasSentFromOneJobToAnother() {
        assertThat(agents).allSatisfy(agent -> assertThat(agent.jumps).isEmpty());
    }

    private EmfAgent agent(Host host) {
        var agent = new EmfAgent(channel, host.guid().toString().toUpperCase(Locale.ROOT), host.token());
        agents.add(agent);
        return agent;
    }

    private void until(EmfAgent agent, StatusType level) {
        await("the agent is at " + level)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    agent.poll();
                    agent.act(Instant.now());
                    return agent.level == level;
                });
    }

    private void untilState(EmfAgent agent, Host host, String campaign, String state) {
        await("the update is " + state)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    agent.poll();
                    return plant.state(host.node(), campaign).equals(state);
                });
    }

    @Test
    void agentUpdatesInItsWindowAndIsConfirmedWhenItStaysSo() {
        Host host = plant.host();
        plant.openWindow();
        Release release = plant.release(new byte[] {1, 2, 3, 4});
        String campaign = plant.campaign(release);
        EmfAgent agent = agent(host);

        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, host, campaign, "INSTALLING");
        SingleSchedule schedule = requireNonNull(agent.job);
        assertThat(schedule.getEndSeconds()).isGreaterThan(Instant.now().getEpochSecond() + 600);
        agent.restartIntoTheNewImage();
        untilState(agent, host, campaign, "STAGED");
        agent.level = StatusType.STATUS_TYPE_UP_TO_DATE;
        untilState(agent, host, campaign, "CONFIRMED");

        assertThat(plant.transitions(host.node(), campaign))
                .containsExactly("DOWNLOADING", "DOWNLOADED", "INSTALLING", "STAGED", "CONFIRMED");
        agent.poll();
        assertThat(agent.job).isNull();
        assertThat(agent.offered).as("it is not offered what it runs").isNull();
        assertThat(plant.get("/api/v1/nodes/" + host.node() + "/client")
                        .get("family")
                        .asString())
                .isEqualTo("EMF");
    }

    @Test
    void agentIsToldOfItsWindowAheadAndTheScheduleStays() {
        Host host = plant.host();
        LocalDateTime opens = LocalDateTime.now(ZoneOffset.UTC).withNano(0).plusHours(2);
        plant.window("PERMIT", opens, opens.plusHours(4));
        String campaign = plant.campaign(plant.release(new byte[] {5, 6, 7, 8}));
        EmfAgent agent = agent(host);

        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
        untilState(agent, host, campaign, "DOWNLOADED");
        for (int i = 0; i < 5; i++) {
            agent.poll();
            agent.act(Instant.now());
        }
        assertThat(agent.level).as("before its start").isEqualTo(StatusType.STATUS_TYPE_DOWNLOADED);
        SingleSchedule ahead = requireNonNull(agent.job);
        assertThat(ahead.getStartSeconds())
                .as("a little after the opening, so that it is permitted first")
                .isEqualTo(opens.plusMinutes(5).toEpochSecond(ZoneOffset.UTC));
        assertThat(agent.schedules.stream().filter(schedule -> schedule != null))
                .as("the same with every poll")
                .containsOnly(ahead);

        plant.post("/api/v1/campaigns/" + campaign + ":pause", "");
        await("a pause takes the schedule back").atMost(PATIENCE).until(() -> {
            agent.poll();
            return agent.job == null;
        });
        plant.post("/api/v1/campaigns/" + campaign + ":resume", "");
        await("it comes back as it was").atMost(PATIENCE).until(() -> {
            agent.poll();
            return ahead.equals(agent.job);
        });

        plant.openWindow();
        await("the window that opens sooner is told").atMost(PATIENCE).until(() -> {
            agent.poll();
            return agent.job != null && !ahead.equals(agent.job);
        });
        int last = agent.schedules.size() - 1;
        assertThat(agent.schedules.get(last - 1))
                .as("an empty one comes between two that differ")
                .isNull();

        plant.post("/api/v1/campaigns/" + campaign + ":abort", "");
    }

    @Test
    void agentThatFellBackIsRolledBackAndKeepsSayingSoWithoutHarm() {
        Host host = plant.host();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {9, 10, 11}));
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, host, campaign, "INSTALLING");

        agent.fallBack("criticalservices");
        untilState(agent, host, campaign, "ROLLED_BACK");
        assertThat(plant.update(host.node(), campaign).get("code").asString()).isEqualTo("criticalservices");

        String next = plant.campaign(plant.release(new byte[] {12, 13, 14}));
        // Still FAILED, from the update before.
        await("the next one is offered").atMost(PATIENCE).until(() -> {
            agent.poll();
            return agent.job != null;
        });
        assertThat(plant.state(host.node(), next)).isEqualTo("OFFERED");
        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
    }

    @Test
    void agentOfALaterWaveHasNoScheduleUntilTheCanaryIsConfirmed() {
        Host canary = plant.host();
        Host other = plant.host();
        plant.openWindow();
        String campaign = plant.campaignInWaves(plant.release(new byte[] {20, 21}), "name==host-" + canary.guid());
        EmfAgent first = agent(canary);
        EmfAgent second = agent(other);

        until(first, StatusType.STATUS_TYPE_STARTED);
        untilState(first, canary, campaign, "INSTALLING");
        for (int i = 0; i < 5; i++) {
            second.poll();
            second.act(Instant.now());
        }
        assertThat(second.schedules).as("not its wave").containsOnlyNulls();
        assertThat(second.level).isEqualTo(StatusType.STATUS_TYPE_UP_TO_DATE);

        first.restartIntoTheNewImage();
        untilState(first, canary, campaign, "STAGED");
        first.level = StatusType.STATUS_TYPE_UP_TO_DATE;
        untilState(first, canary, campaign, "CONFIRMED");
        until(second, StatusType.STATUS_TYPE_STARTED);
        untilState(second, other, campaign, "INSTALLING");
    }

    @Test
    void abortTakesTheScheduleBackAndTheNextCampaignGivesAnother() {
        Host host = plant.host();
        LocalDateTime opens = LocalDateTime.now(ZoneOffset.UTC).withNano(0).plusHours(2);
        plant.window("PERMIT", opens, opens.plusHours(4));
        String campaign = plant.campaign(plant.release(new byte[] {22, 23}));
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
        untilState(agent, host, campaign, "DOWNLOADED");

        plant.post("/api/v1/campaigns/" + campaign + ":abort", "");
        untilState(agent, host, campaign, "CANCELED");
        await("the schedule is taken back").atMost(PATIENCE).until(() -> {
            agent.poll();
            return agent.job == null;
        });
        agent.act(Instant.now());
        assertThat(agent.level).as("it has dropped its job").isEqualTo(StatusType.STATUS_TYPE_DOWNLOADED);

        Release release = plant.release(new byte[] {24, 25});
        String next = plant.campaign(release);
        await("it is offered the other image").atMost(PATIENCE).until(() -> {
            agent.poll();
            return release.sha256().equals(agent.offered) && agent.job != null;
        });
        assertThat(plant.state(host.node(), next))
                .as("it still says DOWNLOADED, of the image before")
                .isEqualTo("OFFERED");
        until(agent, StatusType.STATUS_TYPE_DOWNLOADING);
        untilState(agent, host, next, "DOWNLOADING");
        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
        untilState(agent, host, next, "DOWNLOADED");
    }

    @Test
    void anotherImageForTheSameWindowComesAfterAnEmptySchedule() {
        Host host = plant.host();
        LocalDateTime opens = LocalDateTime.now(ZoneOffset.UTC).withNano(0).plusHours(2);
        plant.window("PERMIT", opens, opens.plusHours(4));
        String campaign = plant.campaign(plant.release(new byte[] {32, 33}));
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
        SingleSchedule before = requireNonNull(agent.job);

        // It does not poll meanwhile, so it never sees that it has nothing to do.
        plant.post("/api/v1/campaigns/" + campaign + ":abort", "");
        await("the first is canceled")
                .atMost(PATIENCE)
                .until(() -> plant.state(host.node(), campaign).equals("CANCELED"));
        Release release = plant.release(new byte[] {34, 35});
        plant.campaign(release);
        await("it is offered the other image").atMost(PATIENCE).until(() -> {
            agent.poll();
            return release.sha256().equals(agent.offered) && agent.job != null;
        });

        assertThat(agent.job).as("the window is the same").isEqualTo(before);
        assertThat(agent.schedules).endsWith(before, null, before);
    }

    @Test
    void agentThatStaysUpdatedHasNotInstalledTheNextImage() {
        Host host = plant.host();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {28, 29}));
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, host, campaign, "INSTALLING");
        agent.restartIntoTheNewImage();
        untilState(agent, host, campaign, "STAGED");
        agent.level = StatusType.STATUS_TYPE_UP_TO_DATE;
        untilState(agent, host, campaign, "CONFIRMED");

        agent.level = StatusType.STATUS_TYPE_UPDATED;
        agent.poll();
        Release release = plant.release(new byte[] {30, 31});
        String next = plant.campaign(release);
        await("it is permitted the next one").atMost(PATIENCE).until(() -> {
            agent.poll();
            return agent.job != null && release.sha256().equals(agent.offered);
        });
        agent.poll();
        assertThat(plant.state(host.node(), next)).isEqualTo("OFFERED");
        agent.level = StatusType.STATUS_TYPE_UP_TO_DATE;
        agent.poll();
        assertThat(plant.state(host.node(), next)).isEqualTo("OFFERED");

        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, host, next, "INSTALLING");
    }

    @Test
    void agentThatFailedIsOfferedTheImageAgainWhenItIsRetried() {
        Host host = plant.host();
        plant.openWindow();
        Release release = plant.release(new byte[] {26, 27});
        String campaign = plant.campaignWithoutRetries(release);
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_DOWNLOADING);
        untilState(agent, host, campaign, "DOWNLOADING");

        agent.level = StatusType.STATUS_TYPE_FAILED;
        agent.detail = "not enough disk: INSUFFICIENTSTORAGE";
        untilState(agent, host, campaign, "FAILED");
        assertThat(plant.update(host.node(), campaign).get("failurePhase").asString())
                .isEqualTo("DOWNLOAD");
        assertThat(plant.update(host.node(), campaign).get("code").asString()).isEqualTo("insufficientstorage");
        assertThat(plant.update(host.node(), campaign).get("detail").asString()).isEqualTo(agent.detail);

        plant.post("/api/v1/campaigns/" + campaign + ":retry-failed", "{}");
        // It goes on saying FAILED until it begins again, which is not the failure of the second attempt.
        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, host, campaign, "INSTALLING");
        assertThat(plant.update(host.node(), campaign).get("attempt").asInt()).isEqualTo(2);
        agent.restartIntoTheNewImage();
        untilState(agent, host, campaign, "STAGED");
        agent.level = StatusType.STATUS_TYPE_UP_TO_DATE;
        untilState(agent, host, campaign, "CONFIRMED");
    }

    @Test
    void agentThatRestartsInItsDownloadBeginsAnew() {
        Host host = plant.host();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {15, 16, 17}));
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
        untilState(agent, host, campaign, "DOWNLOADED");

        agent.forget();
        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, host, campaign, "INSTALLING");
    }

    @Test
    void statusThatIsRepeatedIsWrittenOnce() {
        Host host = plant.host();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {18, 19}));
        EmfAgent agent = agent(host);
        until(agent, StatusType.STATUS_TYPE_DOWNLOADED);
        untilState(agent, host, campaign, "DOWNLOADED");
        long before = reports(host);

        for (int i = 0; i < 10; i++) {
            agent.poll();
        }

        assertThat(reports(host)).isEqualTo(before);
    }

    private long reports(Host host) {
        return manager.jdbc()
                .sql("select count(*) from report where node_id = :node")
                .param("node", host.node())
                .query(Long.class)
                .single();
    }

    @Test
    void answerAlwaysHasEveryPart() {
        PlatformUpdateStatusResponse answer = agent(plant.host()).call();

        assertThat(answer.hasUpdateSource()).isTrue();
        assertThat(answer.hasUpdateSchedule()).isTrue();
        assertThat(answer.hasOsProfileUpdateSource()).isTrue();
        assertThat(answer.getUpdateSchedule().hasSingleSchedule()).isFalse();
        assertThat(answer.getOsType()).isEqualTo(PlatformUpdateStatusResponse.OSType.OS_TYPE_IMMUTABLE);
    }

    @Test
    void hostIsBoundToTheCredential() {
        Host one = plant.host();
        Host other = plant.host();

        assertThat(failure(new EmfAgent(channel, other.guid().toString(), one.token())))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(failure(new EmfAgent(channel, one.guid().toString(), "nonsense")))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(failure(new EmfAgent(channel, one.guid().toString(), manager.apiToken())))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(failure(new EmfAgent(channel, "no guid", one.token()))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(failure(new EmfAgent(channel, UUID.randomUUID().toString(), one.token())))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    private static Status.Code failure(EmfAgent agent) {
        return catchThrowableOfType(StatusRuntimeException.class, agent::call)
                .getStatus()
                .getCode();
    }
}
