/**
 * A whole fleet in virtual time: machines with two slots, a network that loses and repeats, operators, two replicas of the
 * manager. What the manager does is either a model that keeps its tables in memory and asks the same pure functions, or the
 * services themselves on PostgreSQL; the same script runs on both. See docs/simulator.md.
 */
package org.maintenancemanager.simulate;
