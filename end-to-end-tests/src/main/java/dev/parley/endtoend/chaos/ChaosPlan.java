package dev.parley.endtoend.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * Who sends how much, and what happens when. The same seed makes the same plan.
 *
 * @param blows in the order in which they come
 */
record ChaosPlan(List<Traffic> traffic, List<Blow> blows) {

  /** How unequal tenants and sessions are: the n-th has the share 1/n^SKEW of the first. */
  private static final double SKEW = 0.7;

  /** Of a tenant that is not loud. */
  private static final int MAX_PACED_SESSIONS = 12;

  ChaosPlan {
    traffic = List.copyOf(traffic);
    blows = List.copyOf(blows);
  }

  /**
   * What one session gets.
   *
   * @param tenant from 0; the first is the loud one, and sends without a pause
   */
  record Traffic(int tenant, String session, int messages, boolean paced) {}

  /**
   * How many blows of each kind.
   *
   * @param workers how many there are
   */
  record Blows(
      int workers,
      int kills,
      int rollingRestarts,
      int visitors,
      Map<Blow.Service, Integer> restarts) {

    static Blows kills(int workers, int kills) {
      return new Blows(workers, kills, 0, 0, Map.of());
    }

    Blows {
      restarts = Map.copyOf(restarts);
    }
  }

  /**
   * Blows fall between the first tenth of all messages and the last, at random.
   *
   * @param messages in all; the loud tenant sends half of them
   * @param sessions about so many in all; the loud tenant has half of them
   */
  static ChaosPlan make(int messages, int tenants, int sessions, Blows blows, long seed) {
    Random random = new Random(seed);
    return new ChaosPlan(traffic(messages, tenants, sessions), blows(messages, blows, random));
  }

  int all() {
    return traffic.stream().mapToInt(Traffic::messages).sum();
  }

  private static List<Traffic> traffic(int messages, int tenants, int sessions) {
    List<Traffic> traffic = new ArrayList<>();
    int[] perTenant = tenants == 1 ? new int[] {messages} : loudAndOthers(messages, tenants);
    for (int tenant = 0; tenant < tenants; tenant++) {
      int share = (int) Math.ceil(sessions * (double) perTenant[tenant] / messages);
      int count =
          Math.min(tenant == 0 ? share : Math.min(share, MAX_PACED_SESSIONS), perTenant[tenant]);
      int[] perSession = skewed(perTenant[tenant], Math.max(1, count));
      for (int i = 0; i < perSession.length; i++) {
        if (perSession[i] > 0) {
          traffic.add(new Traffic(tenant, "t" + tenant + "-s" + i, perSession[i], tenant > 0));
        }
      }
    }
    return traffic;
  }

  private static int[] loudAndOthers(int messages, int tenants) {
    int[] others = skewed(messages / 2, tenants - 1);
    int[] all = new int[tenants];
    all[0] = messages - messages / 2;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  /** So much in so many unequal parts, none of them empty where there is enough for all. */
  private static int[] skewed(int sum, int parts) {
    int each = sum < parts ? 0 : 1;
    int[] shares = unequal(sum - each * parts, parts);
    for (int i = 0; i < parts; i++) {
      shares[i] += each;
    }
    return shares;
  }

  /** The first takes what rounding leaves. */
  private static int[] unequal(int sum, int parts) {
    double[] weights = new double[parts];
    double all = 0;
    for (int i = 0; i < parts; i++) {
      weights[i] = Math.pow(i + 1, -SKEW);
      all += weights[i];
    }
    int[] shares = new int[parts];
    int rest = sum;
    for (int i = 1; i < parts; i++) {
      shares[i] = (int) (sum * weights[i] / all);
      rest -= shares[i];
    }
    shares[0] = rest;
    return shares;
  }

  private static List<Blow> blows(int messages, Blows wanted, Random random) {
    List<Blow> blows = new ArrayList<>();
    add(
        blows,
        wanted.kills(),
        messages,
        random,
        moment -> new Blow.KillWorker(moment, random.nextInt(wanted.workers())));
    add(blows, wanted.rollingRestarts(), messages, random, Blow.RollingRestart::new);
    add(blows, wanted.visitors(), messages, random, Blow.Visitor::new);
    for (Blow.Service service : Blow.Service.values()) {
      add(
          blows,
          wanted.restarts().getOrDefault(service, 0),
          messages,
          random,
          moment -> new Blow.Restart(moment, service));
    }
    blows.sort(Comparator.comparingInt(Blow::afterJobs));
    return blows;
  }

  private static void add(
      List<Blow> blows, int count, int messages, Random random, IntFunction<Blow> kind) {
    for (int i = 0; i < count; i++) {
      blows.add(kind.apply(messages / 10 + random.nextInt(Math.max(1, messages * 8 / 10))));
    }
  }
}
