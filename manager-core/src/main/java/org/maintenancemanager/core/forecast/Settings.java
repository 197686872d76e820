package org.maintenancemanager.core.forecast;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What is set for the whole manager, as far as forecasts ask for it. */
@Component("forecastSettings")
final class Settings {
    final Duration guardTime;
    final Duration unreachableAfter;
    final Duration pollInterval;
    /** How long nothing was heard of a node before the end does not wait for it. */
    final Duration silentAfter;
    /** How long nodes are away on average, where none was seen to be. */
    final Duration assumedAbsence;

    Settings(
            @Value("${manager.permit.guard-time:PT30S}") Duration guardTime,
            @Value("${manager.campaign.unreachable-after:PT15M}") Duration unreachableAfter,
            @Value("${manager.poll.interval:PT60S}") Duration pollInterval,
            @Value("${manager.forecast.silent-after:P7D}") Duration silentAfter,
            @Value("${manager.forecast.assumed-absence:PT12H}") Duration assumedAbsence) {
        this.guardTime = guardTime;
        this.unreachableAfter = unreachableAfter;
        this.pollInterval = pollInterval;
        this.silentAfter = silentAfter;
        this.assumedAbsence = assumedAbsence;
    }
}
