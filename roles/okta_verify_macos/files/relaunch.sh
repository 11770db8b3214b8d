#!/bin/sh
# The package replaces the app, but one that runs goes on as the old version: quit it, and open the new one for whoever
# sits at the Mac. It ends with 0 all the same, since Okta Verify is installed even where nobody is there to use it.
user=$(stat -f %Su /dev/console)
case "$user" in
    "" | root | loginwindow | _mbsetupuser)
        echo "Nobody is signed in; Okta Verify was not opened."
        exit 0
        ;;
esac
pkill -x -U "$user" "Okta Verify"
for _ in 1 2 3 4 5; do
    pgrep -x -U "$user" "Okta Verify" >/dev/null || break
    sleep 1
done
launchctl asuser "$(id -u "$user")" sudo -u "$user" open -g "/Applications/Okta Verify.app"
exit 0
