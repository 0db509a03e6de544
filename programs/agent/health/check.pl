# The health check of the agent's container, and with the argument "aggregator" of that program's: asks the running program how it is,
# prints its answer, and exits with 0 only if that is "healthy". ECS starts it every few seconds in each task, where Node.js would take seven times the CPU and eight times the memory.
# Perl is part of every Debian (perl-base), also of the slim images.
use strict;
use warnings;
use Socket;

my $TIMEOUT_SECONDS = 3;
my $program = $ARGV[0] // 'agent';
my $path = ($ENV{MESH_DIRECTORY} || '/run/mesh') . "/$program.sock";

sub dead {
  my ($why) = @_;
  print "the $program does not answer: $why\n";
  exit 1;
}

local $SIG{ALRM} = sub { dead("nothing within $TIMEOUT_SECONDS s") };
alarm $TIMEOUT_SECONDS;
socket(my $agent, AF_UNIX, SOCK_STREAM, 0) or dead($!);
connect($agent, pack_sockaddr_un($path)) or dead("$path: $!");
my $answer = do { local $/; <$agent> };
dead('it said nothing of its health') unless defined $answer && $answer =~ /\S/;
print $answer;
exit($answer eq "healthy\n" ? 0 : 1);
