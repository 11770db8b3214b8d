"""An Okta org, an Iru tenant, a SCEP CA and simulated computers on loopback, for development, tests and the demo."""
