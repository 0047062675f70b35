"""An emulated wireless controller: phones on a Wi-Fi, Portal 2.0 to the sign-in page, RADIUS questions and accounting, disconnects."""
