package org.maintenancemanager.api.admin;

import java.util.List;

/** Codes that open once each, in place of one of the authenticator app; shown this once. */
public record RecoveryCodes(List<String> recoveryCodes) {}
