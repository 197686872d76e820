package org.maintenancemanager.simulator.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class QuickstartOptionsTest {
    private static Quickstart parsed(String... arguments) {
        var quickstart = new Quickstart();
        Quickstart.commandLine(quickstart).parseArgs(arguments);
        quickstart.check();
        return quickstart;
    }

    @Test
    void withoutOptionsItUsesTheUsualPlaces() {
        Quickstart quickstart = parsed();

        assertThat(quickstart.data).isAbsolute().endsWithRaw(Path.of(".local/share/maintenance-manager"));
        assertThat(quickstart.port).isEqualTo(8080);
        assertThat(quickstart.grpcPort).isEqualTo(9090);
        assertThat(quickstart.fresh).isFalse();
        assertThat(quickstart.noDemo).isFalse();
    }

    @Test
    void optionsAreTaken() {
        Quickstart quickstart =
                parsed("--fresh", "--data", "/tmp/x", "--port", "18080", "--grpc-port=19090", "--no-demo");

        assertThat(quickstart.data).isEqualTo(Path.of("/tmp/x"));
        assertThat(quickstart.port).isEqualTo(18080);
        assertThat(quickstart.grpcPort).isEqualTo(19090);
        assertThat(quickstart.fresh).isTrue();
        assertThat(quickstart.noDemo).isTrue();
    }

    @Test
    void portsThatCannotBeAreNamed() {
        assertThatThrownBy(() -> parsed("--port", "0"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--port is 0");
        assertThatThrownBy(() -> parsed("--grpc-port", "65536")).hasMessageContaining("--grpc-port is 65536");
        assertThatThrownBy(() -> parsed("--port", "7000", "--grpc-port", "7000"))
                .hasMessageContaining("must differ");
        assertThatThrownBy(() -> parsed("--port", "http")).isInstanceOf(ParameterException.class);
    }

    @Test
    void unknownOptionEndsWithUsageAndCode2() {
        var error = new StringWriter();
        CommandLine command = Quickstart.commandLine(new Quickstart()).setErr(new PrintWriter(error));

        assertThat(command.execute("--freshh")).isEqualTo(2);
        assertThat(error.toString()).contains("--freshh").contains("--fresh");
    }

    @Test
    void helpTellsEveryOption() {
        var out = new StringWriter();
        CommandLine command = Quickstart.commandLine(new Quickstart()).setOut(new PrintWriter(out));

        assertThat(command.execute("--help")).isZero();
        assertThat(out.toString())
                .contains("--data", "--fresh", "--port", "--grpc-port", "--no-demo", "MANAGER_BOOTSTRAP_TOKEN");
    }
}
