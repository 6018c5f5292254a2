/** {@code alert}: rules, tests of outlets, what became of alerts. */
@NullMarked
package org.facestream.deploy.command.alert;

import org.jspecify.annotations.NullMarked;
