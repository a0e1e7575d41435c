package dev.parley.usage.exports;

import dev.parley.schemas.UsageEvent;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a tenant used on a day, by provider and model, in an order that never changes. */
final class DaySums {

  /** A line of the file. */
  record Group(String provider, String model) {
    static final Comparator<Group> ORDER =
        Comparator.comparing(Group::provider).thenComparing(Group::model);
  }

  private final SortedMap<Group, Sums> groups = new TreeMap<>(Group.ORDER);
  private final SortedSet<String> priceVersions = new TreeSet<>();

  void add(UsageEvent event) {
    add(new Group(event.provider(), event.model()), Sums.of(event));
    if (event.priceVersion() != null) {
      priceVersions.add(event.priceVersion());
    }
  }

  void add(Group group, Sums sums) {
    groups.merge(group, sums, Sums::plus);
  }

  /** What this has over what was told before, without groups that are the same. */
  DaySums minus(DaySums before) {
    DaySums difference = new DaySums();
    groups.forEach(difference::add);
    before.groups.forEach((group, sums) -> difference.add(group, Sums.NONE.minus(sums)));
    difference.groups.values().removeIf(Sums::isNothing);
    difference.priceVersions.addAll(priceVersions);
    return difference;
  }

  SortedMap<Group, Sums> groups() {
    return groups;
  }

  List<String> priceVersions() {
    return List.copyOf(priceVersions);
  }

  Sums total() {
    return groups.values().stream().reduce(Sums.NONE, Sums::plus);
  }
}
