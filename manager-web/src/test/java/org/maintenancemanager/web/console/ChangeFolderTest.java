package org.maintenancemanager.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.admin.ChangeEvent;

class ChangeFolderTest {
    private final ChangeFolder folder = new ChangeFolder();

    private static List<UUID> nodes(int count) {
        return Stream.generate(UUID::randomUUID).limit(count).toList();
    }

    @Test
    void thousandsOfChangesBecomeOneMessage() throws InterruptedException {
        for (int i = 0; i < 5000; i++) {
            folder.add("nodes", nodes(1));
            folder.add("campaigns", List.of());
        }

        assertThat(folder.take(0)).contains(new ChangeEvent(List.of("campaigns", "nodes"), null));
        assertThat(folder.take(0)).isEmpty();
    }

    @Test
    void fewNodesAreNamedOnceEach() throws InterruptedException {
        List<UUID> two = nodes(2);
        folder.add("nodes", two);
        folder.add("nodes", List.of(two.getFirst()));

        assertThat(folder.take(0)).contains(new ChangeEvent(List.of("nodes"), two));
    }

    @Test
    void allNodesAreNotFollowedByTheNameOfOne() throws InterruptedException {
        folder.add("nodes", List.of());
        folder.add("nodes", nodes(1));

        assertThat(folder.take(0)).contains(new ChangeEvent(List.of("nodes"), null));
    }

    @Test
    void namesStartAnewWithEachMessage() throws InterruptedException {
        folder.add("nodes", nodes(ChangeFolder.MOST_NODES + 1));
        folder.take(0);
        List<UUID> one = nodes(1);
        folder.add("nodes", one);

        assertThat(folder.take(0)).contains(new ChangeEvent(List.of("nodes"), one));
    }

    @Test
    void changeWakesWhoWaits() throws InterruptedException {
        Thread.ofVirtual().start(() -> folder.add("tenant", List.of()));

        assertThat(folder.take(60_000)).contains(new ChangeEvent(List.of("tenant"), null));
    }

    @Test
    void closingWakesWhoWaitsAndWhoRests() throws InterruptedException {
        Thread.ofVirtual().start(folder::close);

        assertThat(folder.take(60_000)).isEmpty();
        folder.rest(60_000);
        assertThat(folder.isClosed()).isTrue();
    }
}
