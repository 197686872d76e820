select protect('overview');
