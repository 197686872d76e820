package org.maintenancemanager.core.calendar;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import net.fortuna.ical4j.data.CalendarOutputter;
import net.fortuna.ical4j.model.Calendar;
import net.fortuna.ical4j.model.PropertyList;
import net.fortuna.ical4j.model.component.VEvent;
import net.fortuna.ical4j.model.property.Description;
import net.fortuna.ical4j.model.property.DtEnd;
import net.fortuna.ical4j.model.property.DtStamp;
import net.fortuna.ical4j.model.property.DtStart;
import net.fortuna.ical4j.model.property.ProdId;
import net.fortuna.ical4j.model.property.Summary;
import net.fortuna.ical4j.model.property.Uid;
import net.fortuna.ical4j.model.property.XProperty;
import net.fortuna.ical4j.model.property.immutable.ImmutableCalScale;
import net.fortuna.ical4j.model.property.immutable.ImmutableVersion;
import org.maintenancemanager.core.window.WindowOpenings.Opening;
import org.maintenancemanager.core.window.WindowOutlook.OfSite;

/** Writes openings and freezes as an iCalendar file. The same ones always give the same bytes. */
final class FeedFile {
    private static final int MAX_EVENTS = 5000;

    private FeedFile() {}

    static String write(String name, OfSite site) {
        var calendar = new Calendar();
        calendar.add(new ProdId("-//Maintenance Manager//Windows//EN"));
        calendar.add(ImmutableVersion.VERSION_2_0);
        calendar.add(ImmutableCalScale.GREGORIAN);
        calendar.add(new XProperty("X-WR-CALNAME", name));
        int room = MAX_EVENTS;
        room -= add(calendar, site.freezes(), "Freeze: ", "No update may begin on %s.", room);
        add(calendar, site.openings(), "", "Updates may begin on %s, and restart them.", room);
        var text = new StringWriter();
        try {
            new CalendarOutputter(false).output(calendar, text);
        } catch (IOException e) {
            throw new UncheckedIOException("a writer into memory cannot fail", e);
        }
        return text.toString();
    }

    private static int add(Calendar calendar, List<Opening> openings, String before, String description, int room) {
        int many = Math.min(openings.size(), room);
        for (Opening opening : openings.subList(0, many)) {
            String nodes = opening.nodes() == 1 ? "1 node" : opening.nodes() + " nodes";
            calendar.add(new VEvent(new PropertyList(List.of(
                    // Once for each opening of a window, whoever reads the calendar when.
                    new Uid("%s-%d@maintenance-manager"
                            .formatted(opening.windowId(), opening.start().getEpochSecond())
                            .toLowerCase(Locale.ROOT)),
                    // Meant for when it was written, which would make each answer another one.
                    new DtStamp(opening.start()),
                    new DtStart<>(opening.start()),
                    new DtEnd<>(opening.end()),
                    new Summary(before + opening.windowName()),
                    new Description(description.formatted(nodes))))));
        }
        return many;
    }
}
