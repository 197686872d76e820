package org.maintenancemanager.core.update;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.DownloadFacts;
import org.maintenancemanager.core.decision.NeededTime;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.HardwareTimings.Measured;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedules;
import org.maintenancemanager.core.window.WindowSet;
import org.maintenancemanager.core.window.Windows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** The windows and budgets of each tenant, in memory: read again when a note says so; the use of budgets once a second. */
@Component
class FleetRules implements ChangeListener, SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(FleetRules.class);
    private static final long REFRESH_MILLIS = 1000;

    private final JdbcClient jdbc;
    private final Windows windows;
    private final HardwareTimings timings;
    private final Map<TenantId, Rules> rules = new ConcurrentHashMap<>();
    /** How much of each budget is in use: apart from the rules, since it changes all the time. */
    private volatile Map<BudgetId, BudgetFacts> budgetUse = Map.of();

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    FleetRules(JdbcClient jdbc, Windows windows, HardwareTimings timings) {
        this.jdbc = jdbc;
        this.windows = windows;
        this.timings = timings;
    }

    /** The rules of one tenant as they were read last. */
    final class Rules {
        private final long windowVersion;
        private final Schedules schedules;
        private final List<BudgetFacts> budgets;
        private final Map<BudgetId, Selector> selectors = new HashMap<>();
        private final Measured timings;

        private Rules(long windowVersion, Schedules schedules, List<BudgetFacts> budgets, Measured timings) {
            this.windowVersion = windowVersion;
            this.schedules = schedules;
            this.budgets = budgets;
            this.timings = timings;
            for (BudgetFacts budget : budgets) {
                if (budget.selector() != null) {
                    selectors.put(budget.id(), Selector.parse(budget.selector()));
                }
            }
        }

        /** What budgets tell nodes apart by. */
        Set<String> budgetAttributes() {
            Set<String> attributes = new TreeSet<>();
            selectors.values().forEach(selector -> attributes.addAll(selector.attributes()));
            return attributes;
        }

        boolean hasBudgetsOfSelectors() {
            return !selectors.isEmpty();
        }

        private boolean holdsFor(BudgetFacts budget, Selectable node) {
            Selector selector = selectors.get(budget.id());
            return selector != null
                    ? selector.matches(node)
                    : budget.sitePath() != null && isWithin(node.sitePath(), budget.sitePath());
        }

        long windowVersion() {
            return windowVersion;
        }

        Schedules schedules() {
            return schedules;
        }

        ForNode forNode(Selectable node) {
            return new ForNode(
                    this,
                    schedules.forNode(node),
                    budgets.stream().filter(budget -> holdsFor(budget, node)).toList(),
                    timings.of(node.hardware()));
        }

        private static boolean isWithin(String path, String root) {
            return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
        }
    }

    /** What applies to one node. */
    final class ForNode {
        private final Rules rules;
        private final Schedule schedule;
        private final List<BudgetFacts> budgets;
        private final NeededTime usual;

        private ForNode(Rules rules, Schedule schedule, List<BudgetFacts> budgets, NeededTime usual) {
            this.rules = rules;
            this.schedule = schedule;
            this.budgets = budgets;
            this.usual = usual;
        }

        Rules rules() {
            return rules;
        }

        Schedule schedule() {
            return schedule;
        }

        NeededTime usual() {
            return usual;
        }

        /** With their use as of a second ago. */
        List<BudgetFacts> budgets() {
            if (budgets.isEmpty()) {
                return budgets;
            }
            Map<BudgetId, BudgetFacts> use = budgetUse;
            return budgets.stream()
                    .map(budget -> use.getOrDefault(budget.id(), budget))
                    .toList();
        }
    }

    Rules of(TenantId tenant) {
        return rules.computeIfAbsent(
                tenant, unread -> CallContext.system(unread, "fleet rules").get(() -> read(unread)));
    }

    void refresh(TenantId tenant) {
        rules.remove(tenant);
    }

    /** As they are now, kept for nobody. */
    Rules read(TenantId tenant) {
        WindowSet set = windows.definitions(tenant);
        List<BudgetFacts> budgets = budgets().stream()
                .filter(budget -> budget.tenant().equals(tenant))
                .map(TenantBudget::facts)
                .sorted(Comparator.comparing(budget -> budget.id().value()))
                .toList();
        return new Rules(
                set.version(), new Schedules(set.version(), set.definitions()), budgets, timings.measured(tenant));
    }

    private record TenantBudget(TenantId tenant, BudgetFacts facts) {}

    private List<TenantBudget> budgets() {
        return EveryTenant.get(() -> jdbc.sql("""
                        select b.tenant_id, b.id, b.name, s.path, b.selector, b.in_flight,
                               coalesce(b.max_in_flight, 2147483647) as max_in_flight,
                               b.max_downloads, b.bytes_per_second
                        from budget b left join site s on (s.tenant_id, s.id) = (b.tenant_id, b.site_id)
                        """)
                .query((row, number) -> new TenantBudget(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new BudgetFacts(
                                new BudgetId(row.getObject("id", UUID.class)),
                                row.getString("name"),
                                row.getString("path"),
                                row.getString("selector"),
                                row.getInt("max_in_flight"),
                                row.getInt("in_flight"),
                                downloads(row))))
                .list());
    }

    private static @Nullable DownloadFacts downloads(ResultSet row) throws SQLException {
        Integer most = row.getObject("max_downloads", Integer.class);
        Long bytes = row.getObject("bytes_per_second", Long.class);
        return most == null && bytes == null ? null : new DownloadFacts(most, bytes);
    }

    /** The zone that a person at the tenant expects times in. */
    ZoneId zone(TenantId tenant) {
        return ZoneId.of(CallContext.system(tenant, "fleet rules")
                .get(() -> jdbc.sql("select zone from tenant where id = :tenant")
                        .param("tenant", tenant.value())
                        .query(String.class)
                        .single()));
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        if (kind == ChangeNotes.Kind.TENANT) {
            refresh(tenant);
        }
    }

    @Override
    public void forgetEverything() {
        rules.clear();
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().name("fleet-rules").daemon().start(() -> {
            try {
                while (!stopping.await(REFRESH_MILLIS, TimeUnit.MILLISECONDS)) {
                    readBudgetUse();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void readBudgetUse() {
        try {
            Map<BudgetId, BudgetFacts> use = new java.util.HashMap<>();
            budgets().forEach(budget -> use.put(budget.facts().id(), budget.facts()));
            budgetUse = Map.copyOf(use);
        } catch (DataAccessException | TransactionException e) {
            LOG.debug("budgets could not be read, trying again", e);
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
    }

    @Override
    public boolean isRunning() {
        return thread != null && stopping.getCount() > 0;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}
