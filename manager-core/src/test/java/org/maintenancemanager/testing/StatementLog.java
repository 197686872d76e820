package org.maintenancemanager.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A data source that remembers which statements which thread prepared, for tests that count them. */
public final class StatementLog extends DelegatingDataSource {
    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private volatile boolean recording;

    public StatementLog(DataSource target) {
        super(target);
    }

    /** One prepared statement. */
    public record Entry(String thread, String sql) {}

    /** What is prepared while the work runs. */
    public List<Entry> during(Runnable work) {
        entries.clear();
        recording = true;
        try {
            work.run();
        } finally {
            recording = false;
        }
        return List.copyOf(entries);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (recording && method.getName().equals("prepareStatement")) {
                        entries.add(new Entry(Thread.currentThread().getName(), (String) arguments[0]));
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
